import { Button } from '@fluentui/react-components'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { read } from '../api/read.ts'
import { useMay } from '../api/session.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Section } from '../ui/layout.tsx'
import { Time } from '../ui/time.tsx'

/** Access tokens that nobody has used yet: each of them lets one machine in. */
export function OpenTokens() {
  const { t } = useTranslation('connectors')
  const may = useMay()
  const queries = useQueryClient()
  const { data } = useQuery(read('/api/v1/access-tokens'))
  const [revoking, setRevoking] = useState<string>()
  const open = data?.items.filter(({ state }) => state === 'open') ?? []
  if (open.length === 0) return null
  return (
    <Section title={t('tokens.title')}>
      <DataTable
        label={t('tokens.title')}
        rows={open}
        keyOf={({ id }) => id}
        columns={[
          { id: 'created', title: t('tokens.created'), cell: ({ createdAt }) => <Time iso={createdAt} /> },
          {
            id: 'expires',
            title: t('tokens.expires'),
            rank: 1,
            cell: ({ expiresAt }) => <Time iso={expiresAt} relative />,
          },
          {
            id: 'actions',
            title: t('column.actions'),
            titleHidden: true,
            width: 140,
            cell: ({ id }) =>
              may('agents:write') && (
                <Button size="small" onClick={() => setRevoking(id)}>
                  {t('revoke')}
                </Button>
              ),
          },
        ]}
      />
      <ConfirmDialog
        open={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={t('tokens.revoke.title')}
        confirm={t('revoke')}
        onConfirm={async () => {
          await answerOf(
            client.DELETE('/api/v1/access-tokens/{id}', { params: { path: { id: revoking ?? '' } } }),
          )
          await queries.invalidateQueries({ queryKey: ['/api/v1/access-tokens'] })
        }}
      >
        {t('tokens.revoke.text')}
      </ConfirmDialog>
    </Section>
  )
}
