import { expect, it } from 'vitest'
import { absencesExportJob } from '../../functions/hr/absences/export-job.ts'
import { type FaultKind, type FaultRule, faultStages } from '../../infra/local/sage/fault-rules.ts'
import { isStegError } from '../../shared/errors/error.ts'
import { absencesSite, leave } from './absences/site.ts'
import { booking, bookingsSite } from './bookings/site.ts'
import { runOnce, TENANT } from './job-site.ts'
import { simulatedSage } from './simulated-sage.ts'

interface OpenDelivery {
  readonly sage: Awaited<ReturnType<typeof simulatedSage>>
  /** Moves on so far that nothing is under way any more. */
  rest(): void
  run(): Promise<unknown>
  /** What Sage holds that Steg has sent, and what the hub says of each item, both in a form to compare. */
  inSage(): readonly string[]
  inHub(): Promise<readonly string[]>
  /** The same for all items once each is delivered; of one person in the order of delivery. */
  readonly expected: { readonly inSage: readonly string[]; readonly inHub: readonly string[] }
  close(): Promise<void>
}

/** Everything that is delivered to Sage: each below is played every fault that the simulator knows. */
const deliveries: Readonly<Record<string, { readonly path: string; open(): Promise<OpenDelivery> }>> = {
  bookings: {
    path: 'Time/TimeEvents',
    async open() {
      const site = bookingsSite()
      const sage = await simulatedSage(site.clock)
      for (const token of ['1_1', '1_3']) await site.addPerson(token)
      const hours = [7, 8, 9]
      const items = ['1_1', '1_3'].flatMap((externalToken) =>
        hours.map((hour) =>
          booking(`${externalToken}-${hour}`, { externalToken, time: `2026-11-22T0${hour}:00:00+01:00` }),
        ),
      )
      await site.service.accept(TENANT, items)
      return {
        sage,
        rest: () => site.clock.advance(60_000),
        run: async () => site.run('export', { connection: await sage.connect() }),
        inSage: () =>
          sage.control
            .ledger()
            .map(({ MdNr, AnNr, Time }) => `${MdNr}_${AnNr}-${Number(Time.slice(11, 13))}`)
            .sort(byPerson),
        inHub: async () =>
          Object.entries(await site.states())
            .map((one) => one.join(' '))
            .sort(),
        expected: {
          inSage: items.map(({ id }) => id),
          inHub: items.map(({ id }) => `${id} exported`),
        },
        async close() {
          await sage.close()
          site.close()
        },
      }
    },
  },
  'requests for leave': {
    path: 'Time/Absences',
    async open() {
      const site = absencesSite()
      const sage = await simulatedSage(site.clock)
      const months = ['01', '02', '03']
      const items = ['1_1', '1_3'].flatMap((externalToken) =>
        months.map((month) => {
          const days = { from: `2027-${month}-10`, to: `2027-${month}-11` }
          return leave(`${externalToken}-${month}`, { externalToken, ...days })
        }),
      )
      await site.service.accept(TENANT, items)
      const job = absencesExportJob({ store: site.store, sage, clock: site.clock })
      return {
        sage,
        rest: () => site.clock.advance(60_000),
        run: () => runOnce(job),
        inSage: () =>
          sage.control
            .absences()
            .map(({ MdNr, AnNr, From }) => `${MdNr}_${AnNr}-${From.slice(5, 7)}`)
            .sort(byPerson),
        inHub: async () =>
          (await site.service.list(TENANT, { limit: 100 })).requests
            .map(({ id, state }) => `${id} ${state}`)
            .sort(),
        expected: {
          inSage: items.map(({ id }) => id),
          inHub: items.map(({ id }) => `${id} requested`),
        },
        async close() {
          await sage.close()
          site.close()
        },
      }
    },
  },
}

/** People in order; what is of the same person stays as it came. */
const byPerson = (a: string, b: string) => {
  const [one = '', other = ''] = [a.split('-')[0], b.split('-')[0]]
  return one < other ? -1 : Number(one > other)
}

/** When a fault is played; `path` is that of the delivery. */
const moments: Readonly<Record<string, (kind: FaultKind, path: string) => readonly FaultRule[]>> = {
  'before Sage has it': (kind, path) => [{ kind, path, method: 'POST', count: 1, ms: LONG_MS }],
  'after Sage has it': (kind, path) => [
    { kind, path, method: 'POST', count: 1, ms: LONG_MS, afterCommit: true },
  ],
  'twice in a row, before Sage has it': (kind, path) => [
    { kind, path, method: 'POST', count: 2, ms: LONG_MS },
  ],
  'twice in a row, after Sage has it': (kind, path) => [
    { kind, path, method: 'POST', count: 2, ms: LONG_MS, afterCommit: true },
  ],
  'for every other request': (kind, path) => [
    { kind, path, probability: 0.5, count: 12, ms: LONG_MS, afterCommit: true },
  ],
  'while reading back what is there': (kind, path) => [
    { kind: 'drop', path, method: 'POST', count: 1, afterCommit: true },
    { kind, path, method: 'GET', after: 1, count: 1, ms: LONG_MS },
  ],
  'while reading back what is not there': (kind, path) => [
    { kind: 'drop', path, method: 'POST', count: 1 },
    { kind, path, method: 'GET', after: 2, count: 2, ms: LONG_MS },
  ],
  'before anything is sent': (kind, path) => [{ kind, path, method: 'GET', count: 1, ms: LONG_MS }],
  'while signing in': (kind) => [{ kind, path: 'Authorization', count: 1, ms: LONG_MS }],
}
/** Longer than anybody waits for an answer. */
const LONG_MS = 61_000

const cases = Object.entries(deliveries).flatMap(([delivery, { path }]) =>
  Object.entries(moments).flatMap(([moment, rulesOf]) =>
    (Object.keys(faultStages) as FaultKind[])
      .filter((kind) => rulesOf(kind, path).every(canHit))
      .map((kind) => ({ delivery, moment, kind })),
  ),
)

/** What changes people meets no call of a delivery, and a session that is being opened cannot end. */
function canHit({ kind, path }: FaultRule): boolean {
  const stage = faultStages[kind]
  return stage !== 'rows' && !(stage === 'session' && path === 'Authorization')
}

it.each(cases)('$delivery: $kind $moment: each there once, and the hub says so', async (one) => {
  const { path, open } = deliveries[one.delivery] ?? expect.fail('no such delivery')
  const rules = moments[one.moment]?.(one.kind, path) ?? expect.fail('no such moment')
  const delivery = await open()
  const { control } = delivery.sage
  const run = async () => {
    try {
      await delivery.run()
    } catch (error) {
      if (!isStegError(error)) throw error
    }
    delivery.rest()
  }
  try {
    control.setFaults(rules)
    await run()
    await run()
    const played = control.faults()
    control.clearFaults()
    await run()
    await run()
    expect(delivery.inSage()).toEqual(delivery.expected.inSage)
    expect(await delivery.inHub()).toEqual(delivery.expected.inHub)
    for (const { rule, hits } of played) expect([rule.kind, hits]).not.toEqual([rule.kind, 0])
    expect(control.requests().requests.filter(({ error }) => error !== undefined)).toEqual([])
  } finally {
    await delivery.close()
  }
})
