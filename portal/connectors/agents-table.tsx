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
    {
      id: 'state',
      title: t('column.state'),
      min: 180,
      rank: 1,
      cell: (agent) => <AgentState agent={agent} />,
    },
    { id: 'host', title: t('column.host'), min: 140, rank: 3, cell: ({ host }) => host },
    {
      id: 'version',
      title: t('column.version'),
      width: 100,
      rank: 4,
      cell: ({ version }) => version,
    },
    {
      id: 'category',
      title: t('column.category'),
      min: 150,
      rank: 5,
      cell: ({ category }) => t(`category.${category}`),
    },
    {
      id: 'lastSeen',
      title: t('column.lastSeen'),
      width: 150,
      rank: 2,
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
