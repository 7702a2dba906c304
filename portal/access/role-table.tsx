import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { read } from '../api/read.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Section } from '../ui/layout.tsx'
import { Loaded } from '../ui/page.tsx'

type RoleRow = Answer<'/api/v1/roles'>['items'][number]

/** The roles and what each may do, as the hub decides it. */
export function RoleTable() {
  const { t } = useTranslation('access')
  const roles = useQuery(read('/api/v1/roles'))
  const columns: readonly Column<RoleRow>[] = [
    { id: 'role', title: t('roles'), width: '200px', cell: ({ name }) => name },
    { id: 'purpose', title: t('users.purpose'), cell: ({ purpose }) => purpose },
    {
      id: 'rights',
      title: t('rights'),
      wideOnly: true,
      cell: ({ rights }) => (rights.length === 0 ? '–' : rights.join(', ')),
    },
  ]
  return (
    <Section title={t('users.roleTable')}>
      <Loaded query={roles}>
        {({ items }) => (
          <DataTable label={t('users.roleTable')} columns={columns} rows={items} keyOf={({ role }) => role} />
        )}
      </Loaded>
    </Section>
  )
}
