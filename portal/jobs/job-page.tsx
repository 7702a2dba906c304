import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { read } from '../api/read.ts'
import { Facts } from '../ui/facts.tsx'
import { Section } from '../ui/layout.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { History } from './history.tsx'
import { JobButtons } from './job-actions.tsx'
import { NextRun } from './next-run.tsx'
import { ScheduleSection } from './schedule-section.tsx'
import { SettingsSection } from './settings-section.tsx'
import { stateTones, statusTones, useJobWords } from './words.ts'

export function Component() {
  const { token = '' } = useParams()
  const { t } = useTranslation('jobs')
  const { nameOf, categoryOf } = useJobWords()
  const job = useQuery(read('/api/v1/jobs/{token}', { params: { path: { token } } }))
  return (
    <Page title={nameOf(token)} lead={token} actions={job.data && <JobButtons job={job.data} />}>
      <Loaded query={job}>
        {(data) => (
          <>
            {data.warningMessage !== null && data.warningMessage !== '' && (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{data.warningMessage}</MessageBarBody>
              </MessageBar>
            )}
            <Facts
              facts={[
                [
                  t('column.state'),
                  <StateBadge key="state" tone={statusTones[data.status]}>
                    {t(`status.${data.status}`)}
                  </StateBadge>,
                ],
                [t('column.category'), categoryOf(data.category)],
                [
                  t('column.lastRun'),
                  data.lastRun === null ? t('never') : <Time key="last" iso={data.lastRun} relative />,
                ],
                [
                  t('column.result'),
                  data.lastResult !== null && (
                    <StateBadge key="result" tone={stateTones[data.lastResult]}>
                      {t(`state.${data.lastResult}`)}
                    </StateBadge>
                  ),
                ],
                [t('column.nextRun'), <NextRun key="next" job={data} />],
              ]}
            />
            <ScheduleSection job={data} />
            <Section title={t('history')}>
              <History token={data.token} />
            </Section>
            <SettingsSection key={data.token} job={data} />
          </>
        )}
      </Loaded>
    </Page>
  )
}
