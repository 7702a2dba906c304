import type { Clock } from '../../shared/clock.ts'
import { isStegError, type Language } from '../../shared/errors/error.ts'
import { ACCESS, type Room } from './rooms.ts'
import { eventOfJson, eventText, heartbeat, type Marks, retryText } from './rules/events.ts'
import { pace } from './rules/pace.ts'
import type { Audible } from './rules/permission.ts'
import { EVERYTHING, type Seat } from './seat.ts'
import type { LiveSources } from './sources.ts'

/** Milliseconds before a browser connects again. */
const RETRY_MS = 2_000

/** What a caller may hear at the moment. */
export interface Permission extends Audible {
  readonly tenantId: string
}

export interface StreamParts {
  readonly sources: Pick<LiveSources, 'run' | 'log'>
  readonly room: Pick<Room, 'look'>
  /** Left when the stream ends. */
  readonly seat: Seat
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly language: Language
  /** What was asked for, in the order in which it is sent. */
  readonly topics: readonly string[]
  readonly run: { readonly job: string; readonly id: string } | undefined
  /** What the caller has from the connection before. */
  readonly marks: Marks
  /** Asked again before something is told; undefined when the caller is no longer signed in. */
  readonly permission: () => Promise<Permission | undefined>
}

/**
 * The text of one stream. It looks at what it is told that has changed, and only when the reader asks for more, so a slow
 * reader slows it down and nothing piles up. It ends by itself after its lifetime, when the caller's session ends, or
 * when `signal` is aborted.
 */
export async function* liveStream(parts: StreamParts): AsyncGenerator<string, void> {
  const { sources, room, seat, clock, signal, language } = parts
  const marks: Record<string, string> = { ...parts.marks }
  const startedAt = clock.now()
  let askedAt = startedAt
  let sentAt = startedAt
  let runIsOver = false

  try {
    let permission = await parts.permission()
    yield retryText(RETRY_MS)
    for (;;) {
      const now = clock.now()
      if (signal.aborted || now - startedAt >= pace.lifetime) return
      const due = seat.take()
      if (due.size > 0) {
        if (due.has(ACCESS) || now - askedAt >= pace.permission) {
          permission = await parts.permission()
          askedAt = clock.now()
        }
        if (permission === undefined) {
          yield eventText('end', { reason: 'signed-out' }, marks)
          return
        }
        for await (const text of news(permission, due)) {
          sentAt = clock.now()
          yield text
          if (signal.aborted) return
        }
      }
      if (clock.now() - sentAt >= pace.heartbeat) {
        sentAt = clock.now()
        yield heartbeat
      }
      const until = Math.min(sentAt + pace.heartbeat, startedAt + pace.lifetime)
      await seat.wait(until - clock.now(), signal)
    }
  } finally {
    seat.leave()
  }

  /** What has changed of what is due. */
  async function* news(permission: Permission, due: ReadonlySet<string>): AsyncGenerator<string> {
    const { tenantId, topics: allowed, run, log } = permission
    // Rights may have grown as well.
    const all = due.has(EVERYTHING) || due.has(ACCESS)
    for (const topic of parts.topics) {
      if (!allowed.has(topic) || !(all || due.has(topic))) continue
      const seen = await whenThere(topic, () => room.look(topic, language, marks[topic]))
      if (seen === undefined || seen.mark === marks[topic]) continue
      marks[topic] = seen.mark
      yield eventOfJson(topic, seen.json, marks)
    }
    if (parts.run === undefined || seat.run === undefined || !run || runIsOver) return
    if (all || due.has(seat.run)) yield* newsOfRun(tenantId, parts.run, seat.run, log)
  }

  async function* newsOfRun(
    tenantId: string,
    { job, id }: { readonly job: string; readonly id: string },
    channel: string,
    withLog: boolean,
  ): AsyncGenerator<string> {
    // First the run: when it has ended, its log is whole.
    const seen = await whenThere(channel, () => sources.run(tenantId, job, id, language))
    if (seen === undefined) return
    for (let more = withLog; more; ) {
      const page = await whenThere(channel, () => sources.log(tenantId, id, marks.log, language))
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

  /** A store that is away for a moment is no reason to end: it is looked again a little later. */
  async function whenThere<T>(channel: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!isStegError(error, 'store-unavailable')) throw error
      clock.sleep(pace.retry, signal).then(
        () => seat.tell([channel]),
        () => undefined,
      )
      return undefined
    }
  }
}
