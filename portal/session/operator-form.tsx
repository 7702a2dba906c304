import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useSessionChange } from '../api/session.tsx'
import { TextField } from '../ui/fields.tsx'
import { Form } from '../ui/form.tsx'

/** For whoever runs this hub: by the token that only they have. */
export function OperatorForm() {
  const { t } = useTranslation('session')
  const [token, setToken] = useState('')
  const signIn = useSessionChange((operatorToken: string) =>
    answerOf(client.POST('/api/v1/session', { body: { operatorToken } })),
  )
  return (
    <Form
      wide
      submit={t('signIn.do')}
      onSubmit={() => signIn.mutate(token.trim())}
      isPending={signIn.isPending}
      error={signIn.error}
    >
      <TextField label={t('operator.token')} type="password" autoFocus value={token} onChange={setToken} />
    </Form>
  )
}
