import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { TextField } from '../ui/fields.tsx'
import { Form } from '../ui/form.tsx'
import { Link } from '../ui/link.tsx'
import { OpenPage } from '../ui/open-page.tsx'

/** Asks for a link for a new password. Says the same whether or not there is such an account. */
export function Component() {
  const { t } = useTranslation('session')
  const [email, setEmail] = useState('')
  const ask = useMutation({
    mutationFn: () => answerOf(client.POST('/api/v1/password-resets', { body: { email } })),
  })
  return (
    <OpenPage title={t('forgotten.title')} lead={t('forgotten.lead')}>
      {ask.isSuccess ? (
        <MessageBar intent="success" layout="multiline">
          <MessageBarBody>{t('forgotten.sent')}</MessageBarBody>
        </MessageBar>
      ) : (
        <Form
          wide
          submit={t('forgotten.do')}
          onSubmit={() => ask.mutate()}
          isPending={ask.isPending}
          error={ask.error}
        >
          <TextField
            label={t('email')}
            type="email"
            autoComplete="username"
            autoFocus
            value={email}
            onChange={setEmail}
          />
        </Form>
      )}
      <Link to="/sign-in">{t('toSignIn')}</Link>
    </OpenPage>
  )
}
