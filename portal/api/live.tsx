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
import { type Right, sessionQuery, useMay } from './session.tsx'

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

/** What a product hears over the stream. */
export interface LiveTopics {
  /** Who has one of these hears something. */
  readonly rights: readonly Right[]
  /** Its own events by name, each with the beginnings of the paths that were read before it and are old after it. */
  readonly events: Readonly<Record<string, readonly string[]>>
  /** Beginnings of paths that are old once a run has ended. */
  readonly afterRuns: readonly string[]
}

interface Live {
  /** Undefined where nothing is heard, because whoever is signed in may not. */
  readonly heard: LiveState | undefined
  /** What came last with each event of the products. */
  readonly latest: Readonly<Record<string, unknown>>
  readonly follow: (run: string, listener: RunListener) => () => void
}

/** Rights to hear what is no product's own. */
const ownRights: readonly Right[] = ['jobs:read', 'agents:read']

const LiveContext = createContext<Live>({
  heard: 'connecting',
  latest: {},
  follow: () => () => undefined,
})

/**
 * Listens to what changes at the hub, and keeps what has been read from there up to date.
 * @param topics the same ones as long as the page lives
 */
export function LiveProvider({
  topics,
  children,
}: {
  readonly topics: readonly LiveTopics[]
  readonly children: ReactNode
}) {
  const queries = useQueryClient()
  const { i18n } = useTranslation()
  const may = useMay()
  const isHeard = [ownRights, ...topics.map(({ rights }) => rights)].flat().some(may)
  const [state, setState] = useState<LiveState>('connecting')
  const [latest, setLatest] = useState<Live['latest']>({})
  const [attempt, setAttempt] = useState(0)
  const [followed, setFollowed] = useState<Followed>()

  useEffect(() => {
    if (!isHeard) return
    const run = followed === undefined ? '' : `&run=${encodeURIComponent(followed.run)}`
    const source = new EventSource(`/api/v1/live?language=${i18n.language}${run}`)
    let patience = setTimeout(() => setState('offline'), PATIENCE_MS)
    let again: ReturnType<typeof setTimeout> | undefined
    listen(source, queries, followed?.listener, topics, (event, data) =>
      setLatest((before) => ({ ...before, [event]: data })),
    )
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
  }, [queries, i18n.language, isHeard, followed, attempt, topics])

  const follow = useCallback((run: string, listener: RunListener) => {
    const mine = { run, listener }
    setFollowed(mine)
    return () => setFollowed((current) => (current === mine ? undefined : current))
  }, [])
  const heard = isHeard ? state : undefined
  const live = useMemo(() => ({ heard, latest, follow }), [heard, latest, follow])
  return <LiveContext value={live}>{children}</LiveContext>
}

/** Undefined where nothing is heard, because whoever is signed in may not. */
export function useLiveState(): LiveState | undefined {
  return useContext(LiveContext).heard
}

/** What came last with an event of a product; undefined until it is heard, and for those who may not hear it. */
export function useLatest<T>(event: string): T | undefined {
  return useContext(LiveContext).latest[event] as T | undefined
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
  listener: RunListener | undefined,
  topics: readonly LiveTopics[],
  onEvent: (event: string, data: unknown) => void,
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
      old(...topics.flatMap(({ afterRuns }) => afterRuns))
    }
  })
  for (const [event, paths] of topics.flatMap(({ events }) => Object.entries(events))) {
    on<unknown>(event, (data) => {
      onEvent(event, data)
      old(...paths)
    })
  }
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
