import { reasonOf } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { mayTake } from './rules/fair-share.ts'

/** Messages of one tenant that are remembered here; what is beyond is found again as lost ones are. */
const KEPT = 1_000

/** A message that came when its tenant had its share. */
interface Deferred {
  /** Of what it is about: a second message of the same is not kept. */
  readonly about: string
  /** Sends it again. */
  send(): Promise<void>
}

/**
 * Lets in what there is room for. A message of a tenant that has its share is settled at once, so that it holds no place,
 * and sent again when something ends. What this process remembers of it does not matter: a message that is
 * lost with it is found again from the trace of its run.
 */
export interface Admission {
  /** Resolves when the work is done or the message was put off. Rejects as the work does. */
  enter(tenantId: string, deferred: Deferred, work: () => Promise<void>): Promise<void>
}

export function createAdmission(log: Logger): Admission {
  const held = new Map<string, number>()
  const waiting = new Map<string, Map<string, Deferred>>()
  let taken = 0

  function leave(tenantId: string): Deferred | undefined {
    taken -= 1
    const left = (held.get(tenantId) ?? 1) - 1
    if (left === 0) held.delete(tenantId)
    else held.set(tenantId, left)
    return take(tenantId) ?? take(whoMayTake())
  }

  /** A place that is free again may make room for another tenant than the one that left it. */
  function whoMayTake(): string | undefined {
    for (const tenantId of waiting.keys()) if (mayTake(held.get(tenantId) ?? 0, taken)) return tenantId
    return undefined
  }

  function take(tenantId: string | undefined): Deferred | undefined {
    const queue = tenantId === undefined ? undefined : waiting.get(tenantId)
    const next = queue?.values().next().value
    if (tenantId === undefined || queue === undefined || next === undefined) return undefined
    queue.delete(next.about)
    if (queue.size === 0) waiting.delete(tenantId)
    return next
  }

  function putOff(tenantId: string, deferred: Deferred): void {
    const queue = waiting.get(tenantId) ?? new Map<string, Deferred>()
    waiting.set(tenantId, queue)
    if (queue.size < KEPT) queue.set(deferred.about, deferred)
  }

  return {
    async enter(tenantId, deferred, work) {
      const own = held.get(tenantId) ?? 0
      if (!mayTake(own, taken)) return putOff(tenantId, deferred)
      held.set(tenantId, own + 1)
      taken += 1
      try {
        await work()
      } finally {
        const next = leave(tenantId)
        await next?.send().catch((error: unknown) => {
          log.warn('a message that was put off could not be sent', { tenantId, reason: reasonOf(error) })
        })
      }
    },
  }
}
