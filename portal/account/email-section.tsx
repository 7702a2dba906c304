import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { type User, useSessionChange } from '../api/session.tsx'
import { TextField } from '../ui/fields.tsx'
import { Form } from '../ui/form.tsx'
import { Fields, Section } from '../ui/layout.tsx'

/** The address by which one signs in. A new one needs the password and counts once the link in the mail to it has been followed. */
export function EmailSection({ user }: { readonly user: User }) {
  const { t } = useTranslation('account')
  const [email, setEmail] = useState(user.email)
  const [password, setPassword] = useState('')
  const change = useSessionChange(() =>
    answerOf(
      client.PATCH('/api/v1/account', {
        body: user.hasPassword ? { email, currentPassword: password } : { email },
      }),
    ),
  )
  return (
    <Section title={t('email.title')}>
      {user.newEmail !== null && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t('email.waiting', { email: user.newEmail })}</MessageBarBody>
        </MessageBar>
      )}
      <Form
        submit={t('email.do')}
        onSubmit={() => change.mutate(undefined, { onSuccess: () => setPassword('') })}
        isPending={change.isPending || email.trim() === user.email}
        error={change.error}
      >
        <Fields>
          <TextField
            label={t('email.label')}
            type="email"
            autoComplete="email"
            hint={t('email.hint')}
            value={email}
            onChange={setEmail}
          />
          {user.hasPassword && (
            <TextField
              label={t('email.password')}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={setPassword}
            />
          )}
        </Fields>
        {!user.hasPassword && <p style={{ margin: 0 }}>{t('email.microsoft')}</p>}
      </Form>
    </Section>
  )
}
