import type { Clock } from '../../shared/clock.ts'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Bus, IncomingReply, ReplySession } from '../platform/bus/port.ts'
import { createLateReplies } from './late-replies.ts'

/** Somebody who waits for what an agent says about one call. */
export interface Listener {
  onFrame(sealed: Uint8Array): void
  /** Nothing more will come: `timedOut`, or `call-cancelled` when the signal is aborted or the hub stops. */
  onEnd(error: Error): void
}

export interface ReplyRouter {
  /** What `onEnd` gets when the time is over; compared by identity. */
  readonly timedOut: Error
  /** Resolves when this instance holds its session on the reply queue. @throws StegError `bus-unavailable` */
  ready(): Promise<void>
  /** Hands over every frame of this call until it is closed or has ended. `timeout` in milliseconds. */
  listen(id: string, timeout: number, signal: AbortSignal | undefined, listener: Listener): { close(): void }
  /** Nobody waits, and nobody has begun to since then. */
  isIdle(since: number): boolean
  close(): Promise<void>
}

const REOPEN_PAUSE_MS = 500
/** So long nothing may come while calls wait before the broker is asked whether the session is still there. */
const SILENCE_MS = 10_000
/** So long a session is left alone after too many replies that nobody waits for. */
const REST_MS = 5000
/** Why timers end that are no longer needed; one for all, because making an error takes its time. */
const over = new Error('over')

/**
 * Hands replies to whoever waits for them. One session receiver per hub instance, held while it is warm and taken again
 * when it is lost while calls wait: their replies are still in the queue, but for those that were on the way at that
 * moment, whose calls end with their time. A connection may die without a word; that is noticed while calls wait, because
 * nothing comes. Late replies are dropped and counted.
 */
export function createReplyRouter(parts: {
  bus: Pick<Bus, 'openReplySession'>
  clock: Clock
  instanceId: string
  /** The reply queue of one tenant. */
  queue: string
  log: Logger
  /** A reply came that nobody waits for any more. */
  onLate: (id: string) => void
}): ReplyRouter {
  const timedOut = new Error('no reply in time')
  const waiting = new Map<string, Listener>()
  const closing = new AbortController()
  const closed = () => closing.signal.aborted
  let session: Promise<ReplySession> | undefined
  const late = createLateReplies(parts.log)
  let resting: Promise<void> | undefined
  let watching = false
  let heard = false
  let usedAt = parts.clock.now()

  function onReply(reply: IncomingReply): void {
    heard = true
    const listener = waiting.get(reply.correlationId)
    if (listener === undefined) {
      parts.onLate(reply.correlationId)
      if (late.count(parts.clock.now())) void rest()
      return
    }
    listener.onFrame(reply.body)
  }

  function onLost(reason: string): void {
    session = undefined
    parts.log.warn('reply session lost', { reason, waiting: waiting.size })
    void reopenWhileWaiting()
  }

  async function reopenWhileWaiting(): Promise<void> {
    while (!closed() && waiting.size > 0 && session === undefined) {
      try {
        await ready()
      } catch (error) {
        parts.log.warn('reply session not reopened yet', { reason: reasonOf(error) })
        await parts.clock.sleep(REOPEN_PAUSE_MS)
      }
    }
  }

  async function watchWhileWaiting(): Promise<void> {
    if (watching) return
    watching = true
    while (!closed() && waiting.size > 0) {
      heard = false
      await parts.clock.sleep(SILENCE_MS, closing.signal).catch(() => undefined)
      if (heard || closed() || waiting.size === 0) continue
      const held = await session?.catch(() => undefined)
      await held?.check()
    }
    watching = false
  }

  /** Whoever fills a tenant's replies with what nobody waits for keeps that tenant's calls waiting, and nobody else's. */
  async function rest(): Promise<void> {
    if (resting !== undefined) return
    parts.log.warn('replies that nobody waits for: the session rests', { queue: parts.queue })
    const held = session
    session = undefined
    resting = (async () => {
      await (await held?.catch(() => undefined))?.close()
      await parts.clock.sleep(REST_MS, closing.signal).catch(() => undefined)
      resting = undefined
    })()
    await resting
    void reopenWhileWaiting()
  }

  async function ready(): Promise<void> {
    if (closed()) throw new StegError('bus-unavailable', { reason: 'the hub is stopping' })
    usedAt = parts.clock.now()
    await resting
    session ??= parts.bus.openReplySession(parts.queue, parts.instanceId, onReply, onLost)
    const opening = session
    try {
      await opening
    } catch (error) {
      if (session === opening) session = undefined
      throw error
    }
  }

  return {
    timedOut,
    isIdle: (since) => waiting.size === 0 && usedAt <= since,
    ready,
    listen(id, timeout, signal, listener) {
      const timer = new AbortController()
      const close = () => {
        waiting.delete(id)
        timer.abort(over)
        signal?.removeEventListener('abort', onAbort)
      }
      const end = (error: Error) => {
        close()
        listener.onEnd(error)
      }
      const onAbort = () => end(new StegError('call-cancelled', {}))
      usedAt = parts.clock.now()
      waiting.set(id, { onFrame: listener.onFrame, onEnd: end })
      void watchWhileWaiting()
      parts.clock.sleep(timeout, timer.signal).then(
        () => end(timedOut),
        () => undefined,
      )
      signal?.addEventListener('abort', onAbort, { once: true })
      return { close }
    },
    async close() {
      closing.abort(over)
      for (const listener of [...waiting.values()]) listener.onEnd(new StegError('call-cancelled', {}))
      const held = await session?.catch(() => undefined)
      await held?.close()
    },
  }
}
