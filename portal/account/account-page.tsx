import { useTranslation } from 'react-i18next'
import { useSession } from '../api/session.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Page } from '../ui/page.tsx'
import { EmailSection } from './email-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import { SessionsSection } from './sessions-section.tsx'

/** One's own account. The operator of the hub has sessions only. */
export function Component() {
  const { t } = useTranslation('account')
  const { user } = useSession()
  return (
    <Page title={t('title')}>
      {user === null ? (
        <EmptyState text={t('operator')} />
      ) : (
        <>
          <ProfileSection user={user} />
          <EmailSection user={user} />
          <PasswordSection user={user} />
        </>
      )}
      <SessionsSection />
    </Page>
  )
}
