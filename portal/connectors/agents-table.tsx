import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Link } from '../ui/link.tsx'
import { Time } from '../ui/time.tsx'
import { type Agent, AgentState } from './agent-state.tsx'

/** The agents with their true state. */
export function AgentsTable({ agents }: { readonly agents: readonly Agent[] }) {
  const { t } = useTranslation('connectors')
  const columns: readonly Column<Agent>[] = [
    {
      id: 'name',
      title: t('column.name'),
      cell: ({ id, name }) => <Link to={`/connectors/${id}`}>{name}</Link>,
    },
    { id: 'state', title: t('column.state'), width: '30%', cell: (agent) => <AgentState agent={agent} /> },
    { id: 'host', title: t('column.host'), wideOnly: true, cell: ({ host }) => host },
    {
      id: 'version',
      title: t('column.version'),
      wideOnly: true,
      width: '90px',
      cell: ({ version }) => version,
    },
    {
      id: 'category',
      title: t('column.category'),
      wideOnly: true,
      cell: ({ category }) => t(`category.${category}`),
    },
    {
      id: 'lastSeen',
      title: t('column.lastSeen'),
      wideOnly: true,
      cell: ({ lastSeen, status }) =>
        lastSeen === null || status === 'connected' ? (
          t(status === 'connected' ? 'seenNow' : 'seenNever')
        ) : (
          <Time iso={lastSeen} relative />
        ),
    },
  ]
  return <DataTable label={t('title')} columns={columns} rows={agents} keyOf={({ id }) => id} />
}
