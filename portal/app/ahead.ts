import type { QueryClient } from '@tanstack/react-query'
import { read } from '../api/read.ts'
import { sessionQuery } from '../api/session.tsx'

/** Asks for what the start page shows while texts and the page itself are still on their way. */
export async function readAhead(queries: QueryClient): Promise<void> {
  await queries.prefetchQuery(sessionQuery)
  const rights = queries.getQueryData(sessionQuery.queryKey)?.rights ?? []
  if (window.location.pathname !== '/' || !rights.includes('jobs:read')) return
  void queries.prefetchQuery(read('/api/v1/setup'))
  void queries.prefetchQuery(read('/api/v1/jobs'))
  if (rights.includes('agents:read')) void queries.prefetchQuery(read('/api/v1/agents'))
}
