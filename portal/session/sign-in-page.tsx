import { Button, Divider } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate, useSearchParams } from 'react-router'
import { useSessionState } from '../api/session.tsx'
import { OpenPage } from '../ui/open-page.tsx'
import { MicrosoftButton } from './microsoft-button.tsx'
import { MicrosoftProblem } from './microsoft-problem.tsx'
import { OperatorForm } from './operator-form.tsx'
import { ownAddress } from './own-address.ts'
import { PasswordForm } from './password-form.tsx'

/** By address and password, with Microsoft where that is set up, or as the operator of this hub. */
export function Component() {
  const { t } = useTranslation('session')
  const { session } = useSessionState()
  const [params] = useSearchParams()
  const [asOperator, setAsOperator] = useState(false)
  if (session?.signedIn) return <Navigate to={ownAddress(params.get('to'))} replace />
  const error = params.get('error')
  return (
    <OpenPage title={t('signIn.title')} lead={asOperator ? t('operator.lead') : undefined}>
      {error !== null && <MicrosoftProblem code={error} />}
      {asOperator ? <OperatorForm /> : <PasswordForm />}
      {!asOperator && session?.signInMethods.microsoft && (
        <>
          <Divider>{t('signIn.or')}</Divider>
          <MicrosoftButton />
        </>
      )}
      <Button appearance="transparent" size="small" onClick={() => setAsOperator(!asOperator)}>
        {t(asOperator ? 'operator.back' : 'operator.choose')}
      </Button>
    </OpenPage>
  )
}
