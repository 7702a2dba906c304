import type { Clock } from '../../../shared/clock.ts'
import { reasonOf } from '../../../shared/errors/error.ts'
import type { Logger } from '../../../shared/log.ts'
import type { Bus, ReplySession } from '../bus/port.ts'
import { PUSH_QUEUE } from './telling.ts'

/** Milliseconds before the session is opened again: at once, then with growing pauses. */
const PAUSES = [0, 500, 1_000, 2_000, 5_000, 10_000]
/** One that is lost sooner was not worth much: as if it had not been opened. */
const SOLID_MS = 10_000

/**
 * This instance's session on the queue, held from `open` to `close` and opened again when it is lost. Messages that
 * come meanwhile wait in the queue; those that were on their way at that moment are lost, so `onGap` follows.
 */
export function createSession(parts: {
  readonly bus: Pick<Bus, 'ensureQueue' | 'openReplySession'>
  readonly clock: Clock
  readonly log: Logger
  readonly instanceId: string
  readonly onBody: (body: Uint8Array) => void
  readonly onGap: () => void
}) {
  const { bus, clock, log, instanceId } = parts
  let wanted: AbortController | undefined
  let first = Promise.withResolvers<void>()
  let work: Promise<void> = Promise.resolve()
  let queueIsThere = false

  async function openOnce(onLost: (reason: string) => void): Promise<ReplySession> {
    if (!queueIsThere) {
      await bus.ensureQueue(PUSH_QUEUE, { requiresSession: true, lockSeconds: 300, timeToLiveSeconds: 60 })
      queueIsThere = true
    }
    return bus.openReplySession(PUSH_QUEUE, instanceId, ({ body }) => parts.onBody(body), onLost)
  }

  async function hold(signal: AbortSignal): Promise<void> {
    for (let failures = 0, held = 0; !signal.aborted; ) {
      const lost = Promise.withResolvers<string | undefined>()
      const stop = () => lost.resolve(undefined)
      signal.addEventListener('abort', stop, { once: true })
      try {
        const session = await openOnce(lost.resolve)
        if (held > 0) parts.onGap()
        held += 1
        first.resolve()
        const openedAt = clock.now()
        const reason = await lost.promise
        failures = clock.now() - openedAt < SOLID_MS ? failures + 1 : 0
        if (reason === undefined) await session.close()
        else log.warn('push session lost', { reason })
      } catch (error) {
        if (failures === 0) log.warn('push session not opened yet', { reason: reasonOf(error) })
        failures += 1
      } finally {
        signal.removeEventListener('abort', stop)
      }
      await clock.sleep(PAUSES[Math.min(failures, PAUSES.length - 1)] ?? 0, signal).catch(() => undefined)
    }
  }

  return {
    /** Resolves when it is held for the first time; never while the broker is away. */
    open(): Promise<void> {
      if (wanted === undefined) {
        wanted = new AbortController()
        const { signal } = wanted
        // One after the other: the broker gives a session to one receiver at a time.
        work = work.then(() => hold(signal))
      }
      return first.promise
    },
    close(): Promise<void> {
      wanted?.abort(new Error('nobody listens'))
      wanted = undefined
      first = Promise.withResolvers<void>()
      return work
    },
  }
}
