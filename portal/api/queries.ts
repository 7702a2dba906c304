import { QueryClient } from '@tanstack/react-query'
import { isProblem } from './problem.ts'

/** Milliseconds for which what was read counts as current; live events make it old at once. */
const FRESH_MS = 10_000

/** Again only where another try may help: no answer, or the hub says that it is short of something. */
function mayHelp(failures: number, error: unknown): boolean {
  return failures < 2 && isProblem(error) && (error.status === 0 || error.status >= 502)
}

export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: FRESH_MS, retry: mayHelp },
      mutations: { retry: false },
    },
  })
}
