import type { Delivery, EventContext, Sender } from 'rhea'
import { z } from 'zod'
import type { SessionLock } from '../queue/entry.ts'
import type { Consumer } from '../runtime/core.ts'
import { tagOfKey } from '../runtime/keys.ts'
import type { Lane } from '../runtime/lane.ts'
import type { Outcome } from '../runtime/settlement.ts'
import { deadLetterProperties, encodeProperties } from './properties.ts'
import {
  answerDrain,
  dropDelivery,
  freePlaces,
  isDraining,
  isPresettled,
  isUnsent,
  linkInternals,
  settleDelivery,
} from './rhea.ts'

/** A link over which a client receives. */
export interface DeliveringLink {
  readonly consumer: Consumer
  start(): void
  stop(): void
}

const modified = z.object({
  undeliverable_here: z.boolean().nullish(),
  message_annotations: z.record(z.string(), z.unknown()).nullish(),
})
const rejected = z.object({
  error: z.object({ info: z.record(z.string(), z.unknown()).nullish() }).nullish(),
})

const outcomeOf: Record<'accepted' | 'released' | 'modified' | 'rejected', (state: unknown) => Outcome> = {
  accepted: () => ({ kind: 'complete' }),
  released: () => ({ kind: 'release' }),
  modified: (state) => {
    const { undeliverable_here, message_annotations } = modified.parse(state)
    const properties = encodeProperties(message_annotations)
    return { kind: undeliverable_here ? 'defer' : 'abandon', properties }
  },
  rejected: (state) => {
    const properties = deadLetterProperties(rejected.parse(state).error?.info, undefined, undefined)
    return { kind: 'dead-letter', properties }
  },
}

/** Below this many free places, deliveries whose lock is lost are let go of. */
const SCARCE = 64

export function createDeliveringLink(
  lane: Lane,
  link: Sender,
  session: SessionLock | undefined,
  onEnd: Consumer['end'],
): DeliveringLink {
  const removes = isPresettled(link)
  const unsettled = new Map<number, { key: string; delivery: Delivery }>()
  /** Deliveries that rhea has not written yet: it takes credit off only when it does. */
  const unsent: number[] = []
  let blocked = false

  function reclaim(): void {
    for (const [id, { key, delivery }] of unsettled) {
      if (lane.isLocked(key)) break
      unsettled.delete(id)
      dropDelivery(delivery)
    }
  }

  const consumer: Consumer = {
    removes,
    session,
    credit() {
      while (unsent[0] !== undefined && !isUnsent(link.session, unsent[0])) unsent.shift()
      const places = freePlaces(link.session)
      if (places < SCARCE) reclaim()
      const credit = linkInternals(link).credit - unsent.length
      blocked = credit > 0 && places <= 1
      return blocked ? 0 : credit
    },
    deliver({ key, bytes }) {
      const delivery = link.send(bytes, key ? tagOfKey(key) : tagOfDelivery(), 0)
      unsent.push(delivery.id)
      if (!removes) unsettled.set(delivery.id, { key, delivery })
    },
    end: onEnd,
    settled: finishDrain,
  }

  let removed = 0
  function tagOfDelivery(): Buffer {
    const tag = Buffer.alloc(16)
    tag.writeUInt32BE(removed++, 12)
    return tag
  }

  /** Everything there was has been sent: the rest of the credit can be given back. */
  function finishDrain(): void {
    if (isDraining(link) && lane.onTheWay(consumer) === 0) answerDrain(link)
  }

  function settle(kind: keyof typeof outcomeOf, context: EventContext): void {
    const { delivery } = context
    const known = delivery && unsettled.get(delivery.id)
    if (!known) return
    unsettled.delete(known.delivery.id)
    lane.settle(known.key, outcomeOf[kind](delivery.remote_state), (refused) => {
      settleDelivery(known.delivery, refused)
      if (blocked) lane.pump(consumer)
    })
  }

  return {
    consumer,
    start() {
      lane.attach(consumer)
      link.on('sender_flow', () => {
        lane.pump(consumer)
        finishDrain()
      })
      for (const kind of ['accepted', 'released', 'modified', 'rejected'] as const)
        link.on(kind, (context: EventContext) => settle(kind, context))
      lane.pump(consumer)
    },
    stop: () => lane.detach(consumer),
  }
}
