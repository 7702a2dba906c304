import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react'
import { sendCsrfToken, whenSignedOut } from './client.ts'
import { problemOf, unreachable } from './problem.ts'

/** Who is signed in, and what they may do. */
export interface Session {
  readonly kind: 'operator' | 'tenant'
  readonly tenant: { readonly id: string; readonly name: string } | null
  readonly user: { readonly id: string; readonly name: string; readonly email: string } | null
  readonly rights: readonly string[]
  readonly csrfToken: string
}

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['/api/v1/session'] as const,
  queryFn: async ({ signal }): Promise<Session | null> => {
    const response = await fetch('/api/v1/session', { signal }).catch((error) => {
      throw unreachable(error)
    })
    if (response.status === 401) return null
    const body = await response.json()
    if (!response.ok) throw problemOf(response.status, body)
    sendCsrfToken(body.csrfToken)
    return body
  },
  staleTime: Number.POSITIVE_INFINITY,
})

interface SessionState {
  readonly session: Session | null | undefined
  readonly problem: Error | null
  readonly again: () => void
}

const SessionContext = createContext<SessionState>({
  session: undefined,
  problem: null,
  again: () => undefined,
})

/** Knows who is signed in, for everything below it. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(sessionQuery)
  useEffect(() => {
    whenSignedOut(() => queries.setQueryData(sessionQuery.queryKey, null))
  }, [queries])
  const state = useMemo(
    () => ({ session: data, problem: error, again: () => void refetch() }),
    [data, error, refetch],
  )
  return <SessionContext value={state}>{children}</SessionContext>
}

/** Undefined while it is being asked for, null when nobody is signed in. */
export function useSessionState(): SessionState {
  return useContext(SessionContext)
}

/** Who is signed in. Only below the shell, which shows nothing of itself to anybody else. */
export function useSession(): Session {
  const { session } = useContext(SessionContext)
  if (!session) throw new Error('used outside the signed-in part of the portal')
  return session
}

/** Whether whoever is signed in has a right; what one may not do is not offered. */
export function useMay(): (right: string) => boolean {
  const { rights } = useSession()
  return (right) => rights.includes(right)
}
