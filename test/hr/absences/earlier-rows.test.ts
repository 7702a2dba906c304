import { afterEach, beforeEach, expect, it } from 'vitest'
import { runOnce, TENANT } from '../job-site.ts'
import { absencesSite, leave } from './site.ts'

/** Rows as the versions before the delivery engine wrote them, and what becomes of them. */
let site: ReturnType<typeof absencesSite>
beforeEach(() => {
  site = absencesSite()
})
afterEach(() => site.close())

/** A request whose attempt does not say when it is settled, and without a row that locks its person. */
async function keep(state: 'sending' | 'pending', deadline: number, seen: string[]): Promise<void> {
  const receivedAt = site.clock.now() - 300_000
  const values = {
    ...leave('a'),
    personId: 's000001-00000001',
    clientNumber: 1,
    employeeNumber: 1,
    state,
    receivedAt,
    updatedAt: receivedAt,
    attempt__json: JSON.stringify({ number: 1, deadline, seen }),
  }
  const keys = ['r~a', `s~pending~${receivedAt}~a`, `p~s000001-00000001~${9_999_999_999_999 - receivedAt}~a`]
  for (const key of keys) {
    await site.store.put('LeaveRequests', { partition: TENANT, key, values }, { kind: 'absent' })
  }
}
const STORED = { MdNr: 1, AnNr: 1, ReasonId: 1, HalfDay: false, Comment: '' }
const days = { From: '2026-12-01T00:00:00', To: '2026-12-03T00:00:00' }

it.each([
  ['being sent, in Sage', 'sending', -60_000, true, 0, 0],
  ['being sent, in Sage, early', 'sending', 19_000, true, 0, 0],
  ['being sent, not in Sage', 'sending', -60_000, false, 1, 0],
  // Five seconds for clocks that differ, and thirty in which Sage may still be at it.
  ['being sent, not in Sage yet', 'sending', 19_000, false, 1, 54_000],
  ['taken back, in Sage after all', 'pending', -60_000, true, 0, 0],
  ['taken back, not in Sage', 'pending', -60_000, false, 1, 0],
] as const)('%s', async (_, state, left, isThere, requests, waited) => {
  if (isThere) site.model.absences.push({ ...STORED, ...days, Id: 1, State: 'Requested' })
  await keep(state, site.clock.now() + left, [])
  const began = site.clock.now()
  expect((await runOnce(site.job())).counts).toMatchObject({ exported: 1, open: 1 })
  expect(await site.service.get(TENANT, 'a')).toMatchObject({ state: 'requested', sageId: '1' })
  expect([site.model.counts().posts, site.model.absences.length]).toEqual([requests, 1])
  expect(site.clock.now() - began).toBeGreaterThanOrEqual(waited)
  expect(site.clock.now() - began).toBeLessThan(waited + 2_000)
  const { rows } = await site.store.query('LeaveRequests', TENANT, { from: 'h~', to: 'h~~' })
  expect(rows).toEqual([])
})

it('what looked the same before is not taken for it', async () => {
  site.model.absences.push({ ...STORED, ...days, Id: 1, State: 'Rejected' })
  await keep('sending', site.clock.now() - 60_000, ['1'])
  await runOnce(site.job())
  expect(await site.service.get(TENANT, 'a')).toMatchObject({ state: 'requested', sageId: '2' })
})
