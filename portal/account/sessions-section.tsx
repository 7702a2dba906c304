import { Button } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { read } from '../api/read.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Section } from '../ui/layout.tsx'
import { useMessages } from '../ui/messages.tsx'
import { Loaded } from '../ui/page.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'

/** Where one is signed in. Each session but this one can be ended here. */
export function SessionsSection() {
  const { t } = useTranslation('account')
  const { problem } = useMessages()
  const queries = useQueryClient()
  const sessions = useQuery(read('/api/v1/sessions'))
  const end = useMutation({
    mutationFn: (id: string) =>
      answerOf(client.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } })),
    onError: problem,
    onSettled: () => queries.invalidateQueries({ queryKey: ['/api/v1/sessions'] }),
  })
  return (
    <Section title={t('sessions.title')}>
      <Loaded query={sessions}>
        {({ items }) => (
          <DataTable
            label={t('sessions.title')}
            rows={items}
            keyOf={({ id }) => id}
            columns={[
              {
                id: 'device',
                title: t('sessions.device'),
                min: 180,
                cell: ({ device, current }) => (
                  <>
                    {device} {current && <StateBadge tone="good">{t('sessions.current')}</StateBadge>}
                  </>
                ),
              },
              {
                id: 'address',
                title: t('sessions.address'),
                width: 150,
                rank: 3,
                cell: ({ address }) => address,
              },
              {
                id: 'since',
                title: t('sessions.since'),
                width: 160,
                rank: 2,
                cell: ({ createdAt }) => <Time iso={createdAt} />,
              },
              {
                id: 'seen',
                title: t('sessions.seen'),
                width: 150,
                rank: 1,
                cell: ({ lastSeenAt }) => <Time iso={lastSeenAt} relative />,
              },
              {
                id: 'actions',
                title: t('sessions.actions'),
                titleHidden: true,
                width: 130,
                cell: ({ id, current, device }) =>
                  !current && (
                    <Button
                      size="small"
                      disabled={end.isPending}
                      aria-label={t('sessions.endWhich', { device })}
                      onClick={() => end.mutate(id)}
                    >
                      {t('sessions.end')}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Section>
  )
}
