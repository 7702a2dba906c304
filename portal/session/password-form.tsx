import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useSessionChange } from '../api/session.tsx'
import { TextField } from '../ui/fields.tsx'
import { Form } from '../ui/form.tsx'
import { Link } from '../ui/link.tsx'

export function PasswordForm() {
  const { t } = useTranslation('session')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useSessionChange((body: { email: string; password: string }) =>
    answerOf(client.POST('/api/v1/session', { body })),
  )
  return (
    <Form
      wide
      submit={t('signIn.do')}
      onSubmit={() => signIn.mutate({ email, password })}
      isPending={signIn.isPending}
      error={signIn.error}
    >
      <TextField
        label={t('email')}
        type="email"
        autoComplete="username"
        autoFocus
        value={email}
        onChange={setEmail}
      />
      <TextField
        label={t('password')}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      <Link to="/forgotten-password">{t('forgotten.link')}</Link>
    </Form>
  )
}
