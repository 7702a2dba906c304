import type { Clock } from '../../shared/clock.ts'
import { isStegError, type Language } from '../../shared/errors/error.ts'
import { eventText, heartbeat, type Marks, retryText } from './rules/events.ts'
import { pace, pauseAfter } from './rules/pace.ts'
import type { Audible } from './rules/permission.ts'
import type { LiveSources } from './sources.ts'

/** Milliseconds before a browser connects again. */
const RETRY_MS = 2_000

/** What a caller may hear at the moment. */
export interface Permission extends Audible {
  readonly tenantId: string
}

export interface StreamParts {
  readonly sources: LiveSources
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly language: Language
  /** What was asked for. */
  readonly topics: ReadonlySet<string>
  readonly run: { readonly job: string; readonly id: string } | undefined
  /** What the caller has from the connection before. */
  readonly marks: Marks
  /** Asked again now and then; undefined when the caller is no longer signed in. */
  readonly permission: () => Promise<Permission | undefined>
}

/**
 * The text of one stream. It looks only when the reader asks for more, so a slow reader slows it down and nothing piles up.
 * It ends by itself after its lifetime, when the caller's session ends, or when `signal` is aborted.
 */
export async function* liveStream(parts: StreamParts): AsyncGenerator<string, void> {
  const { sources, clock, signal, language } = parts
  const marks: Record<string, string> = { ...parts.marks }
  const startedAt = clock.now()
  let permission = await parts.permission()
  let askedAt = startedAt
  let sentAt = startedAt
  let dearAt = Number.NEGATIVE_INFINITY
  let runIsOver = false
  let quiet = 0

  yield retryText(RETRY_MS)
  while (!signal.aborted && clock.now() - startedAt < pace.lifetime) {
    if (clock.now() - askedAt >= pace.permission) {
      permission = await parts.permission()
      askedAt = clock.now()
    }
    if (permission === undefined) {
      yield eventText('end', { reason: 'signed-out' }, marks)
      return
    }
    let changed = false
    for await (const text of news(permission)) {
      changed = true
      sentAt = clock.now()
      yield text
      if (signal.aborted) return
    }
    quiet = changed ? 0 : quiet + 1
    const pause = pauseAfter(quiet)
    if (clock.now() + pause - sentAt >= pace.heartbeat) {
      sentAt = clock.now()
      yield heartbeat
    }
    if (!(await slept(pause))) return
  }

  /** What has changed since the last look. */
  async function* news({ tenantId, topics: allowed, run, log }: Permission): AsyncGenerator<string> {
    const heard = sources.topics.filter(({ name }) => parts.topics.has(name) && allowed.has(name))
    let changed = false
    for (const { name, costly, read } of heard) {
      if (costly && !changed && clock.now() - dearAt < pace.dear) continue
      const seen = await whenThere(() => read(tenantId, language))
      if (seen === undefined || seen.mark === marks[name]) continue
      changed = true
      marks[name] = seen.mark
      yield eventText(name, seen.data, marks)
    }
    if (changed || clock.now() - dearAt >= pace.dear) dearAt = clock.now()
    if (parts.run !== undefined && run && !runIsOver) yield* newsOfRun(tenantId, parts.run, log)
  }

  async function* newsOfRun(
    tenantId: string,
    { job, id }: { readonly job: string; readonly id: string },
    withLog: boolean,
  ): AsyncGenerator<string> {
    // First the run: when it has ended, its log is whole.
    const seen = await whenThere(() => sources.run(tenantId, job, id, language))
    if (seen === undefined) return
    for (let more = withLog; more; ) {
      const page = await whenThere(() => sources.log(tenantId, id, marks.log, language))
      if (page === undefined) return
      more = page.more
      if (page.count === 0) break
      if (page.position !== undefined) marks.log = page.position
      yield eventText('log', page.data, marks)
    }
    if (seen.mark !== marks.run) {
      marks.run = seen.mark
      yield eventText('run', seen.data, marks)
    }
    runIsOver = seen.ended
  }

  /** A store that is away for a moment is no reason to end: the next look will tell. */
  async function whenThere<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (isStegError(error, 'store-unavailable')) return undefined
      throw error
    }
  }

  /** @returns false when there is no one to go on for. */
  async function slept(milliseconds: number): Promise<boolean> {
    try {
      await clock.sleep(milliseconds, signal)
      return true
    } catch (error) {
      if (signal.aborted) return false
      throw error
    }
  }
}
