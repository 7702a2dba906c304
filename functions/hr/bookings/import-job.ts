import type { Clock } from '../../../shared/clock.ts'
import { instantOf, wallTime, withOffset } from '../../../shared/wall-time.ts'
import type { Counts, JobDefinition } from '../../jobs/port.ts'
import type { Store } from '../../platform/store/port.ts'
import { partsOf } from '../../platform/store/table.ts'
import { inLanes } from '../../sync/lanes.ts'
import { unexpected } from '../rules/sage-data.ts'
import type { RunContext } from '../run-context.ts'
import { SAGE_CALLS_AT_ONCE } from '../sage/port.ts'
import type { SageService } from '../sage/service.ts'
import { openBookingStore } from './booking-store.ts'
import { SAGE_ID_PREFIX } from './intake.ts'
import { heldIn } from './outbox.ts'
import type { BookedPeople } from './persons.ts'
import { type BookingRow, IMPORT_MARK_KEY, importMarkTable, pointersTable, sageRange } from './rows.ts'
import type { SageEvent, SentEntry } from './rules/content.ts'
import { importWindow, newEvents } from './rules/import.ts'
import { type SageTimeEvents, sageTimeEvents } from './sage-time-events.ts'

/**
 * `SysSageImportBuchungen` (A7): bookings made in Sage come to the hub, each once, and never those that the hub has sent.
 * Sage lists time events of one person only, so a run costs one call for each active person.
 */
export function bookingsImportJob(parts: {
  readonly store: Store
  readonly sage: Pick<SageService, 'connect'>
  readonly clock: Clock
  readonly people: BookedPeople
}): JobDefinition {
  const { store, clock } = parts
  const marks = importMarkTable.bind(store)
  const pointers = pointersTable.bind(store)

  async function run({ tenantId, agentId, signal, log, dryRun }: RunContext): Promise<Counts> {
    const connection = await parts.sage.connect(tenantId, { agentId, signal })
    log('info', 'connected', { agent: connection.agentName })
    const { timeZone, timeEvents } = connection.profile
    const events = sageTimeEvents(connection)
    const kept = openBookingStore(store, tenantId, clock.now)
    const started = clock.now()
    const window = importWindow(started, (await marks.get(tenantId, IMPORT_MARK_KEY))?.value.until)
    const [from, to] = [wallTime(window.from, timeZone), wallTime(window.to, timeZone)]
    const people = await parts.people.activeTokens(tenantId)
    let imported = 0

    await inLanes(people, { width: SAGE_CALLS_AT_ONCE, signal }, async (externalToken) => {
      const fresh = await freshEvents(events, tenantId, externalToken, from, to)
      const rows = fresh.map((event) => rowOf(event, externalToken))
      const taken = dryRun || rows.length === 0 ? [] : await kept.add(rows)
      imported += rows.length - taken.length
    })
    if (!dryRun) await marks.put(tenantId, IMPORT_MARK_KEY, { until: started }, { kind: 'any' })
    return { people: people.length, imported }

    function rowOf(event: SageEvent, externalToken: string): BookingRow {
      const { id: sageId, wall, type, placeOfWorkId, additionalInputId } = event
      const at = instantOf(wall, timeZone)
      if (at === undefined) throw unexpected(timeEvents.path, `"${wall}" is not a time`)
      return {
        id: `${SAGE_ID_PREFIX}${sageId}`,
        externalToken,
        type,
        at,
        time: withOffset(at, timeZone),
        ...(placeOfWorkId === undefined ? {} : { placeOfWorkId }),
        ...(additionalInputId === undefined ? {} : { additionalInputId }),
        source: 'sage',
        state: 'imported',
        receivedAt: clock.now(),
        position: 0,
        changedAt: clock.now(),
        attempts: 0,
        wall,
        sageId,
      }
    }
  }

  /**
   * Sage is read first: what the hub has put there is then marked as being sent, or known by its Id. What is being sent
   * is read before the Ids, because that is the way a booking goes.
   */
  async function freshEvents(
    events: SageTimeEvents,
    tenantId: string,
    externalToken: string,
    from: string,
    to: string,
  ): Promise<readonly SageEvent[]> {
    const listed = await events.read(externalToken, from, to)
    if (listed.length === 0) return []
    const sending: SentEntry[] = []
    for await (const { booking } of heldIn(store, tenantId, 'sending')) {
      if (booking.externalToken === externalToken && booking.attempt !== undefined)
        sending.push(booking.attempt)
    }
    const known = new Set<string>()
    for await (const row of pointers.all(tenantId, sageRange(externalToken, from, to))) {
      known.add(partsOf(row.key).at(-1) ?? '')
    }
    return newEvents(listed, known, sending)
  }

  return { token: 'SysSageImportBuchungen', category: 'SageSkripte', position: 70, kind: 'work', run }
}
