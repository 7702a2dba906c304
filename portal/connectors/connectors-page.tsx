import { Button } from '@fluentui/react-components'
import { Add20Regular } from '@fluentui/react-icons/svg/add'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { read } from '../api/read.ts'
import { useMay } from '../api/session.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { AgentsTable } from './agents-table.tsx'
import { OpenTokens } from './open-tokens.tsx'

const AddDialog = lazy(async () => ({ default: (await import('./add-dialog.tsx')).AddDialog }))

/** The agents of the tenant; `?add` opens the dialog that leads to a new one. */
export function Component() {
  const { t } = useTranslation('connectors')
  const may = useMay()
  const agents = useQuery(read('/api/v1/agents'))
  const [params, setParams] = useSearchParams()
  const adding = params.has('add') && may('agents:write')
  const add = may('agents:write') && (
    <Button appearance="primary" icon={<Add20Regular />} onClick={() => setParams({ add: '' })}>
      {t('add.open')}
    </Button>
  )
  return (
    <Page title={t('title')} lead={t('lead')} actions={add}>
      <Loaded query={agents}>
        {({ items }) =>
          items.length === 0 ? <EmptyState text={t('none')} action={add} /> : <AgentsTable agents={items} />
        }
      </Loaded>
      <OpenTokens />
      {adding && (
        <Suspense>
          <AddDialog onClose={() => setParams({}, { replace: true })} />
        </Suspense>
      )}
    </Page>
  )
}
