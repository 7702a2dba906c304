import { Button, MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { Column, Section } from '../ui/layout.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'
import { Step, type StepState, Steps } from '../ui/steps.tsx'
import { formatNumber } from '../ui/time.tsx'

type Check = Awaited<ReturnType<typeof check>>

function check() {
  return answerOf(client.POST('/api/v1/sage/connection-check'))
}

const stateOf: Readonly<Record<Check['steps'][number]['state'], StepState>> = {
  ok: 'done',
  failed: 'failed',
  skipped: 'skipped',
}

/** Walks the way to Sage with the values of now, and shows where it ends and what to do. */
export function ConnectionCheck() {
  const { t } = useTranslation('variables')
  const run = useMutation({ mutationFn: check })
  return (
    <Section
      title={t('check.title')}
      actions={
        <Button disabled={run.isPending} onClick={() => run.mutate()}>
          {run.isPending ? t('check.running') : t('check.do')}
        </Button>
      }
    >
      <div role="status">
        {run.isIdle && <p style={{ margin: 0 }}>{t('check.text')}</p>}
        {run.error !== null && <ProblemBar error={run.error} />}
        {run.data !== undefined && !run.isPending && <Result report={run.data} />}
      </div>
    </Section>
  )
}

function Result({ report }: { readonly report: Check }) {
  const { t } = useTranslation('variables')
  return (
    <Column>
      <MessageBar intent={report.ok ? 'success' : 'error'} layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{report.ok ? t('check.good') : t('check.bad')}</MessageBarTitle>
          {report.ok &&
            ` ${t('check.people', { count: report.people ?? 0, number: formatNumber(report.people ?? 0) })}`}
        </MessageBarBody>
      </MessageBar>
      <Steps label={t('check.title')}>
        {report.steps.map(({ step, state, error }) => (
          <Step
            key={step}
            state={stateOf[state]}
            stateText={t(`check.state.${state}`)}
            title={t(`check.step.${step}`)}
          >
            {error === null ? undefined : (
              <>
                <strong>{error.title}.</strong> {error.detail}
              </>
            )}
          </Step>
        ))}
      </Steps>
    </Column>
  )
}
