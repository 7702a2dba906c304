import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'
import { answerOf, client } from '../api/client.ts'
import { useSessionChange } from '../api/session.tsx'
import { NewPasswordField } from '../ui/fields.tsx'
import { Form } from '../ui/form.tsx'
import { Link } from '../ui/link.tsx'
import { OpenPage } from '../ui/open-page.tsx'

/** Sets a new password by the link of the mail, and signs in. */
export function Component() {
  const { t } = useTranslation('session')
  const navigate = useNavigate()
  const { token = '' } = useParams()
  const [password, setPassword] = useState('')
  const reset = useSessionChange((next: string) =>
    answerOf(
      client.POST('/api/v1/password-resets/{token}', {
        params: { path: { token } },
        body: { password: next },
      }),
    ),
  )
  return (
    <OpenPage title={t('reset.title')} lead={t('reset.lead')}>
      <Form
        wide
        submit={t('reset.do')}
        onSubmit={() => reset.mutate(password, { onSuccess: () => void navigate('/', { replace: true }) })}
        isPending={reset.isPending}
        error={reset.error}
      >
        <NewPasswordField label={t('reset.password')} value={password} onChange={setPassword} />
      </Form>
      <Link to="/forgotten-password">{t('reset.newLink')}</Link>
    </OpenPage>
  )
}
