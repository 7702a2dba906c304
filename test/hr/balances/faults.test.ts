import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { balancesTable, CURRENT_RANGE } from '../../../functions/hr/balances/rows.ts'
import { balancesSyncJob } from '../../../functions/hr/balances/sync-job.ts'
import type { Person } from '../../../functions/hr/people/service.ts'
import { personId } from '../../../functions/hr/rules/person-key.ts'
import type { SageConnection } from '../../../functions/hr/sage/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { type SageSimulator, startSageSimulator } from '../../../infra/local/sage/simulator.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import { instantClock } from '../../clock.ts'
import { runOnce, TENANT } from '../job-site.ts'
import { everyFault } from '../sage/every-fault.ts'
import { connectTo } from '../sage/simulated.ts'

let simulator: SageSimulator
let store: ReturnType<typeof openSqliteStore>
const clock = instantClock()
beforeAll(async () => {
  simulator = await startSageSimulator({ people: 20, clock })
})
afterAll(() => simulator.close())
beforeEach(() => {
  store = openSqliteStore({ file: ':memory:' })
  simulator.control.clearFaults()
})
afterEach(() => store.close())

describe('Time/AccountsBooking, with every fault that Sage can play', () => {
  const path = 'Time/AccountsBooking'

  /** The job for the first five people. */
  function job(connection: SageConnection) {
    const people = simulator.control.people().slice(0, 5)
    const inOrder = people.toSorted(
      (a, b) => a.EmployeeKey.MdNr - b.EmployeeKey.MdNr || a.EmployeeKey.AnNr - b.EmployeeKey.AnNr,
    )
    const listed = inOrder.map(({ EmployeeKey: { MdNr, AnNr, CombinedKey } }) => ({
      id: personId({ clientNumber: MdNr, employeeNumber: AnNr }),
      externalToken: CombinedKey,
      clientNumber: MdNr,
      employeeNumber: AnNr,
      active: true,
      timeManagement: true,
    }))
    const page = { people: listed as unknown as readonly Person[], total: listed.length, cursor: undefined }
    return balancesSyncJob({
      store,
      clock,
      sage: { connect: async () => connection },
      people: { list: async () => page },
    })
  }

  /** Everybody had a minute less. */
  function before(connection: SageConnection): SageConnection {
    const get: SageConnection['session']['get'] = async (at, ...rest) => {
      const answer = await connection.session.get(at, ...rest)
      if (at !== path) return answer
      return (answer as { AmountInMinutes: number }[]).map((one) => ({
        ...one,
        AmountInMinutes: one.AmountInMinutes - 1,
      }))
    }
    return { ...connection, session: { ...connection.session, get } }
  }

  async function balances(): Promise<Map<string, string>> {
    const rows = new Map<string, string>()
    for await (const { key, value } of balancesTable.bind(store).all(TENANT, CURRENT_RANGE)) {
      rows.set(key, JSON.stringify(value.accounts))
    }
    return rows
  }

  let steady: SageConnection
  beforeAll(() => {
    steady = connectTo(simulator, 500)
  })

  it.each(everyFault)('$kind $form: right in the end, and never wrong on the way', async ({ kind, rule }) => {
    await runOnce(job(before(steady)))
    const yesterday = await balances()
    expect(yesterday.size).toBe(5)
    simulator.control.addFault({ kind, ...rule(path) })
    const failure = await runOnce(job(connectTo(simulator, 500, kind === 'hang'))).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (failure !== undefined && !isStegError(failure)) throw failure
    const after = await balances()
    simulator.control.clearFaults()
    await runOnce(job(steady))
    const today = await balances()
    expect([...today.keys()]).toEqual([...yesterday.keys()])
    for (const [key, accounts] of after) expect([yesterday.get(key), today.get(key)]).toContain(accounts)
    if (failure !== undefined) expect(after).toEqual(yesterday)
    for (const [key, accounts] of today) expect(accounts).not.toBe(yesterday.get(key))
    expect((await runOnce(job(steady))).counts).toMatchObject({ read: 5, updated: 0, unchanged: 5 })
  })
})
