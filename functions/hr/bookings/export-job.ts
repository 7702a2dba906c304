import type { Clock } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import type { Counts, JobDefinition } from '../../jobs/port.ts'
import type { Store } from '../../platform/store/port.ts'
import type { RunContext } from '../run-context.ts'
import type { SageConnection, SageService } from '../sage/service.ts'
import { openBook } from './book.ts'
import { exportPerson } from './lane.ts'
import { inLanes } from './lanes.ts'
import { hasOutgoing, heldIn, type OutboxPerson, readOutbox } from './outbox.ts'
import { lookUpPersons } from './persons.ts'
import { sageTimeEvents } from './sage-time-events.ts'

/** People whose bookings are sent at the same time. */
const LANES = 8
/** Milliseconds for which a run waits for doubts to be cleared; the next run goes on with what is left. */
const WAIT_MS = 3 * 60_000
/** Milliseconds between two looks at the outbox while waiting. */
const LOOK_MS = 1_000
/** A run ends before the platform would end it: with the wait above well within the functionTimeout of host.json. */
const RUN_MS = 5 * 60_000

/**
 * `SysSageExportBuchungen` (A7, F1): pending bookings go to Sage, each exactly once and each person's in order of time.
 * A run with nothing to do costs three pages of the store and no call.
 */
export function bookingsExportJob(parts: {
  readonly store: Store
  readonly sage: Pick<SageService, 'connect'>
  readonly clock: Clock
}): JobDefinition {
  const { store, clock } = parts

  async function run(context: RunContext): Promise<Counts> {
    const { tenantId, agentId, signal, log } = context
    if (context.dryRun) return preview(tenantId)
    const counts = { exported: 0, refused: 0 }
    const held = new Map<string, number>()
    const started = clock.now()
    let connection: SageConnection | undefined
    await revive(context)

    for (;;) {
      signal.throwIfAborted()
      const now = clock.now()
      const outbox = await readOutbox(store, tenantId, now, (token) => (held.get(token) ?? 0) > now)
      if (outbox.people.length > 0) {
        connection ??= await connect()
        await exportAll(connection, outbox.people)
      } else {
        if (!outbox.more || clock.now() - started > WAIT_MS) break
        await clock.sleep(LOOK_MS, signal)
      }
      if (clock.now() - started > RUN_MS) break
    }
    let left = 0
    for await (const { booking } of heldIn(store, tenantId, 'sending')) if (booking.attempt) left += 1
    return { ...counts, held: left }

    async function connect(): Promise<SageConnection> {
      const opened = await parts.sage.connect(tenantId, { agentId, signal })
      log('info', 'connected', { agent: opened.agentName })
      return opened
    }

    async function exportAll(opened: SageConnection, people: readonly OutboxPerson[]): Promise<void> {
      const { profile, session } = opened
      const shared = {
        book: openBook(store, tenantId, clock.now),
        events: sageTimeEvents(opened),
        session,
        timeZone: profile.timeZone,
        settleMs: profile.timeEvents.settleSeconds * 1000,
        clock,
        log,
        count(what: keyof typeof counts) {
          counts[what] += 1
        },
      }
      await inLanes(LANES, people, signal, async (person, ended) => {
        const end = await exportPerson({ ...shared, signal: ended }, person)
        if (end.kind === 'held') held.set(person.externalToken, end.until)
      })
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
    const problemOf = await lookUpPersons(store, tenantId, tokens)
    const book = openBook(store, tenantId, clock.now)
    let count = 0
    for (const from of waiting) {
      if (problemOf(from.booking.externalToken) !== undefined) continue
      try {
        await book.change([{ from, event: 'retry', fields: { error: undefined } }])
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
    hasWork: (tenantId) => hasOutgoing(store, tenantId),
    run,
  }
}
