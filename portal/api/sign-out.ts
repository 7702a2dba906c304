import { useMutation, useQueryClient } from '@tanstack/react-query'
import { csrfHeader } from './client.ts'
import { problemOf } from './problem.ts'
import { sessionQuery } from './session.tsx'

/** Ends the session and forgets everything that was read in it. */
export function useSignOut() {
  const queries = useQueryClient()
  return useMutation({
    async mutationFn() {
      const response = await fetch('/api/v1/session', { method: 'DELETE', headers: csrfHeader() })
      if (!response.ok && response.status !== 401) throw problemOf(response.status, undefined)
    },
    onSuccess() {
      queries.clear()
      queries.setQueryData(sessionQuery.queryKey, null)
    },
  })
}
