import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from './client.ts'
import { read } from './read.ts'
import { sessionQuery, useMay } from './session.tsx'

/** `live`: changes arrive by themselves. `connecting`: for the first time or again. `offline`: it has failed for a while. */
export type LiveState = 'live' | 'connecting' | 'offline'

/** A run that a page follows: its state and its log, as they come. */
export interface RunListener {
  /** A new connection: the log comes from its beginning again. */
  readonly begin: () => void
  readonly run: (run: Answer<'/api/v1/jobs/{token}/runs/{id}'>) => void
  readonly log: (lines: Answer<'/api/v1/jobs/{token}/runs/{id}/log'>['items']) => void
}

/** Milliseconds without a connection after which it is called offline. */
const PATIENCE_MS = 8000
/** Milliseconds before another try, where the browser itself does not try again. */
const AGAIN_MS = 4000

interface Followed {
  readonly run: string
  readonly listener: RunListener
}

/** How many bookings wait, and how many need somebody; more than it counts when `more` is set. */
export interface BookingCounts {
  readonly pending: { readonly count: number; readonly more: boolean }
  readonly failed: { readonly count: number; readonly more: boolean }
}

interface Live {
  readonly state: LiveState
  readonly bookings: BookingCounts | undefined
  readonly follow: (run: string, listener: RunListener) => () => void
}

/** Who has one of these rights hears something. */
const hearing = ['jobs:read', 'agents:read', 'bookings:read'] as const

const LiveContext = createContext<Live>({
  state: 'connecting',
  bookings: undefined,
  follow: () => () => undefined,
})

/** Listens to what changes at the hub, and keeps what has been read from there up to date. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient()
  const { i18n } = useTranslation()
  const may = useMay()
  const isHeard = hearing.some(may)
  const [state, setState] = useState<LiveState>('connecting')
  const [bookings, setBookings] = useState<BookingCounts>()
  const [attempt, setAttempt] = useState(0)
  const [followed, setFollowed] = useState<Followed>()

  useEffect(() => {
    if (!isHeard) return
    const run = followed === undefined ? '' : `&run=${encodeURIComponent(followed.run)}`
    const source = new EventSource(`/api/v1/live?language=${i18n.language}${run}`)
    let patience = setTimeout(() => setState('offline'), PATIENCE_MS)
    let again: ReturnType<typeof setTimeout> | undefined
    listen(source, queries, setBookings, followed?.listener)
    followed?.listener.begin()
    source.onopen = () => {
      clearTimeout(patience)
      setState('live')
    }
    source.onerror = () => {
      clearTimeout(patience)
      patience = setTimeout(() => setState('offline'), PATIENCE_MS)
      setState((before) => (before === 'live' ? 'connecting' : before))
      if (source.readyState !== EventSource.CLOSED) return
      // Refused: perhaps because nobody is signed in any more.
      void queries.invalidateQueries({ queryKey: sessionQuery.queryKey })
      again = setTimeout(() => setAttempt(attempt + 1), AGAIN_MS)
    }
    return () => {
      clearTimeout(patience)
      clearTimeout(again)
      source.close()
    }
  }, [queries, i18n.language, isHeard, followed, attempt])

  const follow = useCallback((run: string, listener: RunListener) => {
    const mine = { run, listener }
    setFollowed(mine)
    return () => setFollowed((current) => (current === mine ? undefined : current))
  }, [])
  const live = useMemo(() => ({ state, bookings, follow }), [state, bookings, follow])
  return <LiveContext value={live}>{children}</LiveContext>
}

/** Undefined where nothing is heard, because whoever is signed in may not. */
export function useLiveState(): LiveState | undefined {
  const may = useMay()
  const { state } = useContext(LiveContext)
  return hearing.some(may) ? state : undefined
}

/** Undefined until it is heard, and for those who hear nothing of bookings. */
export function useBookingCounts(): BookingCounts | undefined {
  return useContext(LiveContext).bookings
}

/** Follows a run while the page is shown. One page at a time can do so. */
export function useLiveRun(job: string, id: string, listener: RunListener): void {
  const { follow } = useContext(LiveContext)
  const current = useRef(listener)
  useEffect(() => {
    current.current = listener
  })
  useEffect(
    () =>
      follow(`${job}/${id}`, {
        begin: () => current.current.begin(),
        run: (run) => current.current.run(run),
        log: (lines) => current.current.log(lines),
      }),
    [follow, job, id],
  )
}

function listen(
  source: EventSource,
  queries: QueryClient,
  onBookings: (counts: BookingCounts) => void,
  listener: RunListener | undefined,
): void {
  const on = <T,>(event: string, take: (data: T) => void) =>
    source.addEventListener(event, ({ data }) => take(JSON.parse(data)))
  /** What begins so was read before the change. */
  const old = (...paths: readonly string[]) =>
    void queries.invalidateQueries({
      predicate: ({ queryKey: [from] }) =>
        paths.some((path) => typeof from === 'string' && from.startsWith(path)),
    })

  on<Answer<'/api/v1/agents'>>('agents', (agents) => {
    queries.setQueryData(read('/api/v1/agents').queryKey, agents)
    old('/api/v1/agents/', '/api/v1/access-tokens')
  })
  on<Answer<'/api/v1/jobs'>>('jobs', (jobs) => {
    const { queryKey } = read('/api/v1/jobs')
    const before = queries.getQueryData(queryKey)
    queries.setQueryData(queryKey, jobs)
    old('/api/v1/jobs/')
    if (someHaveEnded(before?.items, jobs.items)) {
      old('/api/v1/people', '/api/v1/balances', '/api/v1/absence', '/api/v1/additional-inputs')
    }
  })
  on<BookingCounts>('bookings', (counts) => {
    onBookings(counts)
    old('/api/v1/bookings')
  })
  on<Answer<'/api/v1/setup'>>('setup', (setup) => queries.setQueryData(read('/api/v1/setup').queryKey, setup))
  on('end', () => old(sessionQuery.queryKey[0]))
  if (listener === undefined) return
  on<Parameters<RunListener['run']>[0]>('run', listener.run)
  on<Answer<'/api/v1/jobs/{token}/runs/{id}/log'>>('log', ({ items }) => listener.log(items))
}

type Jobs = Answer<'/api/v1/jobs'>['items']

/** Runs bring data: what was read before one of them ended is old. */
function someHaveEnded(before: Jobs | undefined, now: Jobs): boolean {
  return now.some(({ token, status, lastRunId }) => {
    const known = before?.find((job) => job.token === token)
    return (
      known !== undefined && status === 'idle' && (known.status !== 'idle' || known.lastRunId !== lastRunId)
    )
  })
}
