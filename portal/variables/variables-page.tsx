import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { read } from '../api/read.ts'
import { useMay } from '../api/session.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { ConnectionCheck } from './connection-check.tsx'
import { VariableList } from './variable-list.tsx'
import { VariableRow } from './variable-row.tsx'

/** How Steg reaches Sage: the values, and whether they work. */
export function Component() {
  const { t } = useTranslation('variables')
  const may = useMay()
  const variables = useQuery(read('/api/v1/variables'))
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={variables}>
        {({ items }) => (
          <VariableList>
            {items.map((variable) => (
              <VariableRow key={variable.name} variable={variable} />
            ))}
          </VariableList>
        )}
      </Loaded>
      {may('variables:write') && <ConnectionCheck />}
    </Page>
  )
}
