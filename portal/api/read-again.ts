import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'

/** Has everything read again that comes from below an address: after a change, or when the hub says that it has changed. */
export function useReadAgain(address: string): () => Promise<void> {
  const queries = useQueryClient()
  return useCallback(
    () =>
      queries.invalidateQueries({
        predicate: ({ queryKey: [from] }) => typeof from === 'string' && from.startsWith(address),
      }),
    [queries, address],
  )
}
