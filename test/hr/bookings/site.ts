import { bookingsExportJob } from '../../../functions/hr/bookings/export-job.ts'
import { bookingsImportJob } from '../../../functions/hr/bookings/import-job.ts'
import { createBookingsService } from '../../../functions/hr/bookings/service.ts'
import { createPresence } from '../../../functions/hr/people/presence.ts'
import { peopleTable } from '../../../functions/hr/people/rows.ts'
import { personId } from '../../../functions/hr/rules/person-key.ts'
import type { SageConnection } from '../../../functions/hr/sage/port.ts'
import type { Counts, JobDefinition } from '../../../functions/jobs/port.ts'
import { countStore } from '../../../functions/platform/store/counting.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { instantClock } from '../../clock.ts'
import { sageDouble } from '../sage-double.ts'

export const TENANT = 'tenant001'
const NOW = Date.parse('2026-11-22T12:00:00Z')

/** Bookings with a store in memory, a clock that the test moves, and a Sage that does as it is told. */
export function bookingsSite(profile: object = {}) {
  const clock = instantClock(NOW)
  const memory = openSqliteStore({ file: ':memory:' })
  const { store, counts, reset } = countStore(memory)
  const sage = sageDouble(clock, profile)
  const service = createBookingsService({
    store,
    clock,
    people: createPresence(store),
    timeZoneOf: async () => sage.connection.profile.timeZone,
  })

  async function addPerson(token: string, active = true): Promise<void> {
    const [clientNumber = 0, employeeNumber = 0] = token.split('_').map(Number)
    const key = { clientNumber, employeeNumber }
    const at = new Date(NOW).toISOString()
    await peopleTable.bind(store).put(
      TENANT,
      personId(key),
      {
        externalToken: token,
        ...key,
        active,
        timeManagement: true,
        accessControl: true,
        locked: false,
        identMedia: [],
        groups: [],
        createdAt: at,
        updatedAt: at,
      },
      { kind: 'any' },
    )
  }

  /** Runs a job as one worker would. */
  function run(
    job: 'export' | 'import' = 'export',
    parts: { store?: Store; connection?: SageConnection; signal?: AbortSignal; dryRun?: boolean } = {},
  ): Promise<Counts> {
    const make = job === 'export' ? bookingsExportJob : bookingsImportJob
    const definition: JobDefinition = make({
      store: parts.store ?? store,
      people: createPresence(parts.store ?? store),
      sage: { connect: async () => parts.connection ?? sage.connection },
      clock,
    })
    if (definition.kind !== 'work') throw new Error('not a job')
    return definition.run({
      tenantId: TENANT,
      runId: 'run',
      subject: undefined,
      agentId: undefined,
      approved: undefined,
      signal: parts.signal ?? new AbortController().signal,
      dryRun: parts.dryRun ?? false,
      log: () => undefined,
      record: async () => undefined,
      saved: undefined,
      progress: async () => undefined,
      mayGoOn: () => true,
    })
  }

  async function states(): Promise<Record<string, string>> {
    const page = await service.list(TENANT, { limit: 500 })
    return Object.fromEntries(page.bookings.map(({ id, state }) => [id, state]))
  }

  return { clock, store, counts, reset, sage, service, addPerson, run, states, close: () => memory.close() }
}

/** A booking as a sender writes it. */
export function booking(id: string, fields: object = {}) {
  return { id, externalToken: '1_1', type: 'come', time: '2026-11-22T08:00:00+01:00', ...fields }
}
