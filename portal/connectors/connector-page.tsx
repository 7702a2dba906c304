import { Button } from '@fluentui/react-components'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { answerOf, client } from '../api/client.ts'
import { read } from '../api/read.ts'
import { useMay } from '../api/session.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Facts } from '../ui/facts.tsx'
import { Section } from '../ui/layout.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { formatNumber, Time } from '../ui/time.tsx'
import { AgentState } from './agent-state.tsx'

/** One agent: what it is, and what it has done in the last day. */
export function Component() {
  const { t } = useTranslation('connectors')
  const { id = '' } = useParams()
  const may = useMay()
  const queries = useQueryClient()
  const agent = useQuery(read('/api/v1/agents/{id}', { params: { path: { id } } }))
  const [revoking, setRevoking] = useState(false)
  const name = agent.data?.name ?? t('one')
  const canRevoke = may('agents:write') && agent.data !== undefined && agent.data.status !== 'revoked'
  return (
    <Page
      title={name}
      back={{ to: '/connectors', text: t('title') }}
      actions={canRevoke && <Button onClick={() => setRevoking(true)}>{t('revoke')}</Button>}
    >
      <Loaded query={agent}>
        {({ last24Hours: { hub }, queue, ...known }) => (
          <>
            <Section title={t('facts.title')}>
              <Facts
                facts={[
                  [t('column.state'), <AgentState key="state" agent={known} />],
                  [t('column.host'), known.host],
                  [t('column.version'), known.version],
                  [t('column.category'), t(`category.${known.category}`)],
                  [
                    t('column.lastSeen'),
                    known.lastSeen === null ? t('seenNever') : <Time key="seen" iso={known.lastSeen} />,
                  ],
                  [t('facts.created'), <Time key="created" iso={known.createdAt} />],
                ]}
              />
            </Section>
            <Section title={t('day.title')}>
              <Facts
                facts={[
                  [t('day.calls'), formatNumber(hub.calls)],
                  [
                    t('day.errors'),
                    formatNumber(Object.values(hub.errors).reduce((sum, count) => sum + count, 0)),
                  ],
                  [t('day.reconnects'), formatNumber(hub.reconnects)],
                  [t('day.waiting'), queue === null ? t('day.unknown') : formatNumber(queue.waiting)],
                ]}
              />
            </Section>
          </>
        )}
      </Loaded>
      <ConfirmDialog
        open={revoking}
        onClose={() => setRevoking(false)}
        title={t('revokeAgent.title', { name })}
        confirm={t('revoke')}
        onConfirm={async () => {
          await answerOf(client.DELETE('/api/v1/agents/{id}', { params: { path: { id } } }))
          await queries.invalidateQueries()
        }}
      >
        {t('revokeAgent.text')}
      </ConfirmDialog>
    </Page>
  )
}
