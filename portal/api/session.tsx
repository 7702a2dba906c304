import { type QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react'
import { type Answer, answerOf, client, sendCsrfToken, whenSignedOut } from './client.ts'

/** Who sits before the portal, as the hub says it: perhaps nobody yet. */
export type Session = Answer<'/api/v1/session'>
export type User = NonNullable<Session['user']>
export type Right = Session['rights'][number]

export const sessionQuery = queryOptions({
  queryKey: ['/api/v1/session'] as const,
  queryFn: async ({ signal }) => taken(await answerOf(client.GET('/api/v1/session', { signal }))),
  staleTime: Number.POSITIVE_INFINITY,
})

/** From now on changes are sent with the token of this session. */
function taken(session: Session): Session {
  sendCsrfToken(session.csrfToken ?? undefined)
  return session
}

interface SessionState {
  /** Undefined while it is being asked for. */
  readonly session: Session | undefined
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
    whenSignedOut(() => void queries.invalidateQueries({ queryKey: sessionQuery.queryKey }))
  }, [queries])
  const state = useMemo(
    () => ({ session: data, problem: error, again: () => void refetch() }),
    [data, error, refetch],
  )
  return <SessionContext value={state}>{children}</SessionContext>
}

export function useSessionState(): SessionState {
  return useContext(SessionContext)
}

/** Who is signed in. Only below the shell, which shows nothing of itself to anybody else. */
export function useSession(): Session {
  const { session } = useContext(SessionContext)
  if (!session?.signedIn) throw new Error('used outside the signed-in part of the portal')
  return session
}

/** Whether whoever is signed in has a right; what one may not do is not offered. */
export function useMay(): (right: Right) => boolean {
  const { rights } = useSession()
  return (right) => rights.includes(right)
}

/** How a user is called: by name, and before there is one by address. */
export function nameOf({ firstName, lastName, email }: User): string {
  return [firstName, lastName].filter((part) => part !== null).join(' ') || email
}

/** A call that answers with the session as it is after it: signing in, registering, changing one's account. */
export function useSessionChange<Input>(change: (input: Input) => Promise<Session>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess(session) {
      const before = queries.getQueryData(sessionQuery.queryKey)
      // Nobody sees what was read for somebody else.
      if (before?.user?.id !== session.user?.id || before?.kind !== session.kind) forgetAll(queries)
      queries.setQueryData(sessionQuery.queryKey, taken(session))
    },
  })
}

function forgetAll(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey: [from] }) => from !== sessionQuery.queryKey[0] })
}

/** Ends the session and forgets everything that was read in it. */
export function useSignOut() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => answerOf(client.DELETE('/api/v1/session')),
    onSettled() {
      forgetAll(queries)
      return queries.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
}
