import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listRequests, type RequestQuery } from '../../../functions/hr/absences/listing.ts'
import { createRequestStore } from '../../../functions/hr/absences/request-store.ts'
import type { LeaveRequest } from '../../../functions/hr/absences/rows.ts'
import { requestStates, shownStates, toShownState } from '../../../functions/hr/absences/rules/state.ts'
import { countStore } from '../../../functions/platform/store/counting.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'

const TENANT = 'tenant00001'

let base: ReturnType<typeof openSqliteStore>
let counted: ReturnType<typeof countStore>
beforeEach(() => {
  base = openSqliteStore({ file: ':memory:' })
  counted = countStore(base)
})
afterEach(() => base.close())

function request(id: string, employeeNumber: number, over: Partial<LeaveRequest> = {}): LeaveRequest {
  return {
    id,
    personId: `s000001-${String(employeeNumber).padStart(8, '0')}`,
    externalToken: `1_${employeeNumber}`,
    clientNumber: 1,
    employeeNumber,
    reasonId: 1,
    from: '2027-02-01',
    to: '2027-02-05',
    halfDay: false,
    comment: '',
    state: 'pending',
    receivedAt: 1_800_000_000_000,
    updatedAt: 1_800_000_000_000,
    ...over,
  }
}
const keep = (requests: readonly LeaveRequest[]) => createRequestStore(base).insert(TENANT, requests)
const page = (query: RequestQuery) => listRequests(counted.store, TENANT, query)

/** All pages, as a reader goes through them. */
async function everything(query: RequestQuery): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = []
  let pages = 0
  let cursor: string | undefined
  do {
    const answer = await page({ ...query, cursor })
    expect(answer.requests.length).toBeLessThanOrEqual(query.limit)
    ids.push(...answer.requests.map(({ id }) => id))
    cursor = answer.cursor
    pages += 1
  } while (cursor !== undefined)
  return { ids, pages }
}

describe('requests for leave of one person (A7)', () => {
  const person = request('x', 7).personId

  it('come the newest first, and cost one transaction a page, however many others there are', async () => {
    await keep(Array.from({ length: 3000 }, (_, n) => request(`other${n}`, n % 6, { receivedAt: n })))
    await keep(Array.from({ length: 25 }, (_, n) => request(`own${n}`, 7, { receivedAt: 1000 + n })))
    await keep([request('before', 6), request('behind', 8), request('far behind', 70)])
    counted.reset()
    const first = await page({ personId: person, limit: 10 })
    expect(first.requests.map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, index) => `own${24 - index}`),
    )
    expect(counted.counts()).toMatchObject({ transactions: 1, rows: 11 })
    expect(await everything({ personId: person, limit: 10 })).toMatchObject({
      ids: Array.from({ length: 25 }, (_, index) => `own${24 - index}`),
      pages: 3,
    })
  })

  it('of one state are sifted, so many rows at once and no more', async () => {
    const states = ['approved', 'rejected'] as const
    await keep(
      Array.from({ length: 6000 }, (_, n) =>
        request(`r${n}`, 7, { receivedAt: n, state: states[n === 10 ? 0 : 1] ?? 'pending' }),
      ),
    )
    counted.reset()
    const first = await page({ personId: person, state: 'approved', limit: 10 })
    expect(first).toMatchObject({ requests: [], cursor: expect.any(String) })
    expect(counted.counts().transactions).toBe(10)
    expect(await everything({ personId: person, state: 'approved', limit: 10 })).toEqual({
      ids: ['r10'],
      pages: 2,
    })
  })

  it('are in their place also when several came in one call', async () => {
    await keep(['b', 'a', 'c'].map((id) => request(id, 7)))
    expect((await everything({ personId: person, limit: 1 })).ids).toEqual(['a', 'b', 'c'])
  })
})

describe('a list of requests for leave (A7)', () => {
  it('holds exactly what is asked for, in whatever pages', async () => {
    const some = fc.array(
      fc.record({
        employee: fc.nat({ max: 3 }),
        at: fc.nat({ max: 5 }),
        state: fc.constantFrom(...requestStates),
      }),
      { maxLength: 40 },
    )
    const asked = fc.record({
      state: fc.option(fc.constantFrom(...shownStates), { nil: undefined }),
      person: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
      among: fc.option(fc.subarray([0, 1, 2, 3]), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 9 }),
    })
    await fc.assert(
      fc.asyncProperty(some, asked, async (kept, { state, person, among, limit }) => {
        base.close()
        base = openSqliteStore({ file: ':memory:' })
        counted = countStore(base)
        const all = kept.map((one, n) =>
          request(`r${n}`, one.employee, { state: one.state, receivedAt: one.at }),
        )
        await keep(all)
        const ids = (among ?? []).map((number) => request('x', number).personId)
        const { ids: found } = await everything({
          state,
          limit,
          personId: person === undefined ? undefined : request('x', person).personId,
          among:
            among === undefined ? undefined : { ids, has: (id) => ids.includes(id), hasToken: () => false },
        })
        const wanted = all.filter(
          (one) =>
            (state === undefined || toShownState(one.state) === state) &&
            (person === undefined || one.employeeNumber === person) &&
            (among === undefined || among.includes(one.employeeNumber)),
        )
        expect(found.toSorted()).toEqual(wanted.map(({ id }) => id).toSorted())
        const times = found.map((id) => all.find((one) => one.id === id)?.receivedAt ?? 0)
        if (person !== undefined) expect(times).toEqual(times.toSorted((a, b) => b - a))
        else if (state !== undefined) expect(times).toEqual(times.toSorted((a, b) => a - b))
        else expect(found).toEqual(found.toSorted())
      }),
      { numRuns: 200 },
    )
  })

  it('is empty for a cursor that is beyond its end', async () => {
    await keep([request('a', 7)])
    for (const query of [{}, { state: 'pending' as const }, { personId: request('x', 7).personId }]) {
      expect(await page({ ...query, limit: 5, cursor: '~~' })).toEqual({ requests: [], cursor: undefined })
    }
  })
})
