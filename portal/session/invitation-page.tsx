import { Divider, Spinner } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { read } from '../api/read.ts'
import { Link } from '../ui/link.tsx'
import { OpenPage } from '../ui/open-page.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'
import { MicrosoftButton } from './microsoft-button.tsx'
import { RegistrationForm } from './registration-form.tsx'

/** Makes an account of an invitation, by the link of the mail. */
export function Component() {
  const { t } = useTranslation('session')
  const { token = '' } = useParams()
  const invitation = useQuery({
    ...read('/api/v1/invitations/{token}', { params: { path: { token } } }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (invitation.data === undefined) {
    return (
      <OpenPage title={t('register.title')}>
        {invitation.error === null ? (
          <Spinner delay={300} />
        ) : (
          <>
            <ProblemBar error={invitation.error} />
            <Link to="/sign-in">{t('toSignIn')}</Link>
          </>
        )}
      </OpenPage>
    )
  }
  const { tenantName, microsoft } = invitation.data
  return (
    <OpenPage title={t('register.title')} lead={t('register.lead', { tenant: tenantName })}>
      <RegistrationForm token={token} invitation={invitation.data} />
      {microsoft && (
        <>
          <Divider>{t('signIn.or')}</Divider>
          <MicrosoftButton invitation={token} />
        </>
      )}
    </OpenPage>
  )
}
