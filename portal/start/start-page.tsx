import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Navigate } from 'react-router'
import { read } from '../api/read.ts'
import { useMay, useSession } from '../api/session.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Section } from '../ui/layout.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { Failures, isQuiet } from './failures.tsx'
import { SetupSteps } from './setup-steps.tsx'
import { Summary } from './summary.tsx'

/** What is set up, what is missing, and what failed lately. */
export function Component() {
  const { t } = useTranslation('start')
  const may = useMay()
  const { kind, tenant } = useSession()
  // The operator has no company of their own.
  if (kind === 'operator') return <Navigate to="/tenants" replace />
  return (
    <Page title={tenant?.name ?? t('title')}>
      {may('jobs:read') ? <Overview /> : <EmptyState text={t('nothing')} />}
    </Page>
  )
}

function Overview() {
  const { t } = useTranslation('start')
  const setup = useQuery(read('/api/v1/setup'))
  return (
    <Loaded query={setup}>
      {({ complete, steps, people, failures }) => (
        <>
          {complete ? (
            <Summary people={people} />
          ) : (
            <Section title={t('setup.title')}>
              <SetupSteps steps={steps} />
            </Section>
          )}
          {(complete || !isQuiet(failures)) && <Failures failures={failures} />}
        </>
      )}
    </Loaded>
  )
}
