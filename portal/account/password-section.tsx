import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import type { User } from '../api/session.tsx'
import { NewPasswordField, TextField } from '../ui/fields.tsx'
import { Form } from '../ui/form.tsx'
import { Fields, Section } from '../ui/layout.tsx'
import { Link } from '../ui/link.tsx'
import { useMessages } from '../ui/messages.tsx'

/** A new password. Whoever signs in with Microsoft has none. */
export function PasswordSection({ user }: { readonly user: User }) {
  const { t } = useTranslation('account')
  const { done } = useMessages()
  const queries = useQueryClient()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation({
    mutationFn: () => answerOf(client.PUT('/api/v1/account/password', { body: { current, next } })),
    async onSuccess() {
      setCurrent('')
      setNext('')
      done(t('password.done'))
      await queries.invalidateQueries({ queryKey: ['/api/v1/sessions'] })
    },
  })
  return (
    <Section title={t('password.title')}>
      {user.hasPassword ? (
        <Form
          submit={t('password.do')}
          onSubmit={() => change.mutate()}
          isPending={change.isPending}
          error={change.error}
        >
          <Fields>
            <TextField
              label={t('password.current')}
              type="password"
              autoComplete="current-password"
              value={current}
              onChange={setCurrent}
            />
            <NewPasswordField label={t('password.next')} value={next} onChange={setNext} />
          </Fields>
        </Form>
      ) : (
        <p style={{ margin: 0 }}>
          {t('password.microsoft')} <Link to="/forgotten-password">{t('password.set')}</Link>
        </p>
      )}
    </Section>
  )
}
