import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { read } from '../api/read.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Section } from '../ui/layout.tsx'
import { LongText } from '../ui/long-text.tsx'
import { Loaded } from '../ui/page.tsx'

type RoleRow = Answer<'/api/v1/roles'>['items'][number]

/** The roles and what each may do, as the hub decides it. */
export function RoleTable() {
  const { t } = useTranslation('access')
  const roles = useQuery(read('/api/v1/roles'))
  const columns: readonly Column<RoleRow>[] = [
    { id: 'role', title: t('roles'), width: 200, cell: ({ name }) => name },
    {
      id: 'purpose',
      title: t('users.purpose'),
      min: 200,
      rank: 1,
      cell: ({ purpose }) => <LongText>{purpose}</LongText>,
    },
    {
      id: 'rights',
      title: t('rights'),
      min: 220,
      rank: 2,
      cell: ({ rights }) => (rights.length === 0 ? '–' : <LongText>{rights.join(', ')}</LongText>),
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
