import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { type Answer, answerOf, client } from '../api/client.ts'
import { useSessionChange } from '../api/session.tsx'
import { currentLanguage } from '../i18n/language.ts'
import { NewPasswordField, TextField } from '../ui/fields.tsx'
import { Form } from '../ui/form.tsx'

/** Names and a password; registering signs in. */
export function RegistrationForm({
  token,
  invitation,
}: {
  readonly token: string
  readonly invitation: Answer<'/api/v1/invitations/{token}'>
}) {
  const { t } = useTranslation('session')
  const navigate = useNavigate()
  const [firstName, setFirstName] = useState(invitation.firstName ?? '')
  const [lastName, setLastName] = useState(invitation.lastName ?? '')
  const [password, setPassword] = useState('')
  const register = useSessionChange(() =>
    answerOf(
      client.POST('/api/v1/invitations/{token}', {
        params: { path: { token } },
        body: { firstName, lastName, password, language: currentLanguage() },
      }),
    ),
  )
  return (
    <Form
      wide
      submit={t('register.do')}
      onSubmit={() => register.mutate(undefined, { onSuccess: () => void navigate('/', { replace: true }) })}
      isPending={register.isPending}
      error={register.error}
    >
      <TextField label={t('email')} value={invitation.email} readOnly autoComplete="username" />
      <TextField
        label={t('firstName')}
        autoComplete="given-name"
        autoFocus
        value={firstName}
        onChange={setFirstName}
      />
      <TextField label={t('lastName')} autoComplete="family-name" value={lastName} onChange={setLastName} />
      <NewPasswordField label={t('password')} value={password} onChange={setPassword} />
    </Form>
  )
}
