import { Button, Field, Input } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate, useSearchParams } from 'react-router'
import { problemOf } from '../api/problem.ts'
import { sessionQuery, useSessionState } from '../api/session.tsx'
import { OpenPage } from '../ui/open-page.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'

export function Component() {
  const { t } = useTranslation('session')
  const queries = useQueryClient()
  const { session } = useSessionState()
  const [params] = useSearchParams()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    async mutationFn() {
      const response = await fetch('/api/v1/session', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
      if (!response.ok) throw problemOf(response.status, await response.json())
      await queries.resetQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  if (session) return <Navigate to={ownAddress(params.get('to'))} replace />

  function submit(event: FormEvent): void {
    event.preventDefault()
    signIn.mutate()
  }

  return (
    <OpenPage title={t('signIn.title')}>
      <form onSubmit={submit} style={{ display: 'contents' }}>
        <Field label={t('email')} required>
          <Input
            type="email"
            name="email"
            autoComplete="username"
            value={email}
            onChange={(_, { value }) => setEmail(value)}
          />
        </Field>
        <Field label={t('password')} required>
          <Input
            type="password"
            name="password"
            autoComplete="current-password"
            value={password}
            onChange={(_, { value }) => setPassword(value)}
          />
        </Field>
        {signIn.error !== null && <ProblemBar error={signIn.error} />}
        <Button type="submit" appearance="primary" disabled={signIn.isPending}>
          {t('signIn.do')}
        </Button>
      </form>
    </OpenPage>
  )
}

/** Back to where the way began, when that is a page of this portal; anything else could lead to a stranger's. */
function ownAddress(to: string | null): string {
  return to !== null && /^\/(?![/\\])/.test(to) ? to : '/'
}
