import { type Clock, toIso } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import type { Counts, JobDefinition } from '../../jobs/port.ts'
import type { Store } from '../../platform/store/port.ts'
import { deliverLane } from '../../sync/delivery/lane.ts'
import type { DeliveryNews } from '../../sync/delivery/port.ts'
import { deliverAll } from '../../sync/delivery/run.ts'
import type { RunContext } from '../run-context.ts'
import { SAGE_CALLS_AT_ONCE, type SageConnection } from '../sage/port.ts'
import type { SageService } from '../sage/service.ts'
import { type HeldBooking, openBookingStore } from './booking-store.ts'
import { bookingDelivery, indeterminateReason } from './delivery.ts'
import { hasOutgoing, heldIn, type OutboxPerson, readOutbox } from './outbox.ts'
import { type BookedPeople, lookUpPersons } from './persons.ts'
import type { SageEvent } from './rules/content.ts'
import { sageTimeEvents } from './sage-time-events.ts'

/**
 * `SysSageExportBuchungen` (A7, F1): pending bookings go to Sage, each exactly once and each person's in order of time.
 * A run with nothing to do costs three pages of the store and no call.
 */
export function bookingsExportJob(parts: {
  readonly store: Store
  readonly sage: Pick<SageService, 'connect'>
  readonly clock: Clock
  readonly people: BookedPeople
}): JobDefinition {
  const { store, clock } = parts

  async function run(context: RunContext): Promise<Counts> {
    const { tenantId, agentId, signal, log } = context
    if (context.dryRun) return preview(tenantId)
    const counts = { exported: 0, refused: 0 }
    const kept = openBookingStore(store, tenantId, clock.now)
    let connection: SageConnection | undefined
    await revive(context)
    await deliverAll<OutboxPerson>({
      clock,
      signal,
      width: SAGE_CALLS_AT_ONCE,
      keyOf: ({ externalToken }) => externalToken,
      async find(now, isWaiting) {
        const { people, more } = await readOutbox(store, tenantId, now, isWaiting)
        if (people.length > 0) connection ??= await connect()
        return { lanes: people, more }
      },
      async deliver({ externalToken, sending, pending }, lane) {
        if (connection === undefined) throw new Error('nothing is sent without a connection')
        const { session, profile } = connection
        const parts = { kept, events: sageTimeEvents(connection), session, profile, now: clock.now }
        const delivery = bookingDelivery(parts, externalToken, (news) => tell(externalToken, news))
        const items = sending === undefined ? pending : [sending, ...pending]
        return deliverLane(delivery, lane, { items })
      },
      failed: ({ externalToken: token }, { message: reason }) =>
        log('error', 'bookings-delayed', { token, reason }),
    })
    let left = 0
    for await (const { booking } of heldIn(store, tenantId, 'sending')) if (booking.attempt) left += 1
    return { ...counts, held: left }

    async function connect(): Promise<SageConnection> {
      const opened = await parts.sage.connect(tenantId, { agentId, signal })
      log('info', 'connected', { agent: opened.agentName })
      return opened
    }

    function tell(token: string, news: DeliveryNews<HeldBooking, SageEvent>): void {
      const about = { booking: news.held.booking.id, token }
      switch (news.kind) {
        case 'delivered':
          counts.exported += 1
          break
        case 'found':
          counts.exported += 1
          log('info', 'booking-found', about)
          break
        case 'indeterminate':
          log('warning', 'booking-doubtful', { ...about, reason: indeterminateReason(news.error) })
          break
        case 'absent':
          log('info', 'booking-absent', about)
          break
        case 'waits':
          log('info', 'booking-held', { ...about, until: toIso(news.until) })
          break
        case 'refused':
          counts.refused += 1
          log('warning', 'booking-failed', { ...about, reason: news.error.message })
      }
    }
  }

  /** Sends nothing and writes nothing: only how much there is to send. */
  async function preview(tenantId: string): Promise<Counts> {
    const { people } = await readOutbox(store, tenantId, clock.now(), () => false)
    return { pending: people.reduce((sum, { pending }) => sum + pending.length, 0), people: people.length }
  }

  /** What waited for a person goes on when the person is there. */
  async function revive({ tenantId, log }: RunContext): Promise<void> {
    const waiting = []
    for await (const held of heldIn(store, tenantId, 'waiting')) waiting.push(held)
    if (waiting.length === 0) return
    const tokens = new Set(waiting.map(({ booking }) => booking.externalToken))
    const problemOf = await lookUpPersons(parts.people, tenantId, tokens)
    const kept = openBookingStore(store, tenantId, clock.now)
    let count = 0
    for (const from of waiting) {
      if (problemOf(from.booking.externalToken) !== undefined) continue
      try {
        await kept.change([{ from, event: 'retry', fields: { error: undefined } }])
        count += 1
      } catch (error) {
        // Somebody has just retried or dismissed it.
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
    if (count > 0) log('info', 'bookings-revived', { count })
  }

  return {
    token: 'SysSageExportBuchungen',
    category: 'SageSkripte',
    position: 60,
    schedule: { cron: '* * * * *', timeZone: 'Europe/Berlin' },
    kind: 'work',
    hasWork: (tenantId) => hasOutgoing(store, parts.people, tenantId),
    run,
  }
}
