import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { read } from '../api/read.ts'
import { Loaded, Page } from '../ui/page.tsx'

export function Component() {
  const { t } = useTranslation('start')
  const setup = useQuery(read('/api/v1/setup'))
  return (
    <Page title={t('title')}>
      <Loaded query={setup}>
        {({ steps }) => (
          <ul>
            {steps.map(({ step, next }) => (
              <li key={step}>{next?.title}</li>
            ))}
          </ul>
        )}
      </Loaded>
    </Page>
  )
}
