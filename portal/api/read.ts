import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type Answer, answerOf, client, type ReadInit, type ReadPath } from './client.ts'

type Init<P extends ReadPath> = undefined extends ReadInit<P> ? [init?: ReadInit<P>] : [init: ReadInit<P>]

/**
 * A GET of the hub as a query: `useQuery(read('/api/v1/agents'))`. Its key begins with the path, so that everything read
 * from there is read again after `invalidateQueries({ queryKey: ['/api/v1/agents'] })`.
 */
export function read<P extends ReadPath>(path: P, ...[init]: Init<P>) {
  return queryOptions({
    queryKey: [path, paramsOf(init)] as const,
    queryFn: ({ signal }) => get(path, init, signal),
  })
}

/** A list that comes page by page: `useInfiniteQuery(readPages('/api/v1/people', { params: { query: { search } } }))`. */
export function readPages<P extends ReadPath>(path: P, ...[init]: Init<P>) {
  return infiniteQueryOptions({
    queryKey: [path, paramsOf(init), 'pages'] as const,
    queryFn: ({ signal, pageParam }) => get(path, withCursor(init, pageParam), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => (last as { readonly cursor: string | null }).cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

function get<P extends ReadPath>(
  path: P,
  init: ReadInit<P> | undefined,
  signal: AbortSignal,
): Promise<Answer<P>> {
  return answerOf(client.GET(path, { ...init, signal } as never)) as Promise<Answer<P>>
}

function paramsOf(init: unknown): unknown {
  return (init as { params?: unknown } | undefined)?.params ?? {}
}

function withCursor<P extends ReadPath>(
  init: ReadInit<P> | undefined,
  cursor: string | undefined,
): ReadInit<P> {
  const params = paramsOf(init) as { query?: object }
  return {
    ...init,
    params: { ...params, query: { ...params.query, ...(cursor === undefined ? {} : { cursor }) } },
  } as ReadInit<P>
}
