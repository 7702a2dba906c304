import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { LinkButton } from '../ui/link.tsx'
import { Step, type StepState, Steps } from '../ui/steps.tsx'

type SetupStep = Answer<'/api/v1/setup'>['steps'][number]
type Next = NonNullable<SetupStep['next']>

const states: Readonly<Record<SetupStep['state'], StepState>> = {
  done: 'done',
  missing: 'open',
  failing: 'failed',
}

/** Where the next thing to do is done. */
const places: Readonly<Record<Next['code'], (params: Next['params']) => string>> = {
  'set-variables': () => '/variables',
  'check-connection': () => '/variables',
  'install-agent': () => '/connectors?add',
  'start-agent': () => '/connectors',
  'reconnect-agent': () => '/connectors',
  'set-schedule': () => '/jobs/SysSageSync',
  'mend-job': ({ job }) => `/jobs/${job}`,
  'release-or-reject': ({ job }) => `/jobs/${job}`,
  'sync-people': () => '/jobs/SysSageSyncPersonen',
}

/** The way to a site that keeps itself up to date; the first thing that is missing comes as a button that stands out. */
export function SetupSteps({ steps }: { readonly steps: readonly SetupStep[] }) {
  const { t } = useTranslation('start')
  const first = steps.find(({ next }) => next !== null)
  return (
    <Steps label={t('setup.title')}>
      {steps.map((step) => (
        <Step
          key={step.step}
          state={states[step.state]}
          stateText={t(`state.${step.state}`)}
          title={t(`step.${step.step}`)}
          action={
            step.next !== null && (
              <LinkButton
                to={places[step.next.code](step.next.params)}
                appearance={step === first ? 'primary' : 'secondary'}
              >
                {step.next.title}
              </LinkButton>
            )
          }
        >
          {step.next?.detail}
        </Step>
      ))}
    </Steps>
  )
}
