import { Button } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { useRouteError } from 'react-router'
import { isProblem } from '../api/problem.ts'
import { Row } from '../ui/layout.tsx'
import { LinkButton } from '../ui/link.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'

/** When a page could not be loaded or shown: what happened, and two ways on. */
export function ErrorPage() {
  const { t } = useTranslation('shell')
  const error = useRouteError()
  return (
    <Page title={t('broken.title')}>
      {isProblem(error) ? <ProblemBar error={error} /> : <p>{t('broken.text')}</p>}
      <Row>
        <Button appearance="primary" onClick={() => window.location.reload()}>
          {t('broken.reload')}
        </Button>
        <LinkButton to="/">{t('toStart')}</LinkButton>
      </Row>
    </Page>
  )
}
