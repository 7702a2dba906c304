import { useTranslation } from 'react-i18next'
import { EmptyState } from '../ui/empty-state.tsx'
import { LinkButton } from '../ui/link.tsx'
import { Page } from '../ui/page.tsx'

export function NotFoundPage() {
  const { t } = useTranslation('shell')
  return (
    <Page title={t('notFound.title')}>
      <EmptyState
        text={t('notFound.text')}
        action={
          <LinkButton to="/" appearance="primary">
            {t('toStart')}
          </LinkButton>
        }
      />
    </Page>
  )
}
