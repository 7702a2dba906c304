import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AuditEvent, type AuditTrail, OPERATOR_RECORDS } from '../../functions/audit/port.ts'
import { auditTable } from '../../functions/audit/rows.ts'
import { daysBetween, recordKey, recordRange } from '../../functions/audit/rules/keys.ts'
import { createAuditService } from '../../functions/audit/service.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import type { Store } from '../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { StegError } from '../../shared/errors/error.ts'
import { type LogFields, silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { instantClock } from '../clock.ts'

const TENANT = 'tenant001'
const DAY = 86_400_000
const START = Date.parse('2026-03-01T12:07:00Z')

let base: ReturnType<typeof openSqliteStore>
let clock: ReturnType<typeof instantClock>
let logged: LogFields[]
beforeEach(() => {
  base = openSqliteStore({ file: ':memory:' })
  clock = instantClock(START)
  logged = []
})
afterEach(() => base.close())

const service = (store: Store = base) =>
  createAuditService({
    store,
    clock,
    random: systemRandom,
    retentionDays: 400,
    log: { ...silentLogger, error: (_, fields = {}) => logged.push(fields) },
  })

const event = (over: Partial<AuditEvent> = {}): AuditEvent => ({
  action: 'editJob',
  actor: { kind: 'user', id: 'u1', name: 'Anna Admin' },
  address: '203.0.113.7',
  target: '/jobs/SysSageSync',
  outcome: 'done',
  fields: ['schedule'],
  ...over,
})

/** A store that does not answer. */
const broken: Store = {
  ...({} as Store),
  put: async () => {
    throw new StegError('store-unavailable', { reason: 'test' })
  },
}

async function everything(tenantId = TENANT) {
  const actions: string[] = []
  let cursor: string | undefined
  do {
    const page = await service().list(tenantId, { limit: 7, cursor })
    actions.push(...page.records.map(({ action }) => action))
    cursor = page.cursor
  } while (cursor !== undefined)
  return actions
}

describe('the audit log', () => {
  it('shows who changed what, when and from where, newest first', async () => {
    const audit = service()
    await audit.record(TENANT, event())
    clock.advance(1_000)
    await audit.record(TENANT, event({ action: 'setVariable', details: { set: true } }))
    const { records, cursor } = await audit.list(TENANT, { limit: 10 })
    expect(cursor).toBeUndefined()
    expect(records).toMatchObject([
      { action: 'setVariable', at: START + 1_000, details: { set: true } },
      {
        action: 'editJob',
        at: START,
        actor: { kind: 'user', id: 'u1', name: 'Anna Admin' },
        address: '203.0.113.7',
        target: '/jobs/SysSageSync',
        fields: ['schedule'],
      },
    ])
    expect((await audit.list('tenant002', { limit: 10 })).records).toEqual([])
  })

  it('costs one transaction for each change, and one more for the first of a day', async () => {
    const counted = countStore(base)
    const audit = service(counted.store)
    const cost = async () => {
      counted.reset()
      await audit.record(TENANT, event())
      return counted.counts().transactions
    }
    expect([await cost(), await cost(), await cost()]).toEqual([2, 1, 1])
    clock.advance(DAY)
    expect([await cost(), await cost()]).toEqual([2, 1])
    expect(audit.counts()).toEqual({ written: 5, failed: 0 })
  })

  it('pages, and filters by time, actor, action and outcome', async () => {
    const audit = service()
    for (let n = 0; n < 20; n++) {
      await audit.record(
        TENANT,
        event({
          action: `a${n}`,
          outcome: n % 5 === 0 ? 'refused' : 'done',
          actor: { kind: 'user', id: `u${n % 2}`, name: n % 2 === 0 ? 'Müller' : 'Anna' },
        }),
      )
      clock.advance(1_000)
    }
    const numbers = (from: number, to: number) =>
      Array.from({ length: from - to + 1 }, (_, index) => `a${from - index}`)
    expect(await everything()).toEqual(numbers(19, 0))
    const find = async (query: object) =>
      (await audit.list(TENANT, { limit: 50, ...query })).records.map(({ action }) => action)
    expect(await find({ from: START + 3_000, to: START + 6_000 })).toEqual(numbers(5, 3))
    expect(await find({ action: 'a7' })).toEqual(['a7'])
    expect(await find({ outcome: 'refused' })).toEqual(['a15', 'a10', 'a5', 'a0'])
    expect(await find({ actor: 'müll', to: START + 4_000 })).toEqual(['a2', 'a0'])
    expect(await find({ actor: 'u1', to: START + 4_000 })).toEqual(['a3', 'a1'])
    await expect(audit.list(TENANT, { limit: 5, cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid-request',
    })
  })

  it('tells the outcome of what was written down ahead', async () => {
    const audit = service()
    const finish = await audit.begin(TENANT, event({ action: 'createApiToken' }))
    const outcomes = async () =>
      (await audit.list(TENANT, { limit: 9 })).records.map(({ outcome, details }) => ({ outcome, details }))
    expect(await outcomes()).toEqual([{ outcome: 'begun', details: {} }])
    clock.advance(5_000)
    await finish('done', { id: 'k1' })
    expect(await outcomes()).toEqual([{ outcome: 'done', details: { id: 'k1' } }])
  })

  it('never fails a change that has happened, and puts into the log what it could not keep', async () => {
    const audit = service(broken)
    await audit.record(TENANT, event())
    expect(logged).toMatchObject([{ tenantId: TENANT, action: 'editJob', actor: { id: 'u1' } }])
    expect(audit.counts()).toEqual({ written: 0, failed: 1 })
    const begin: AuditTrail['begin'] = audit.begin
    await expect(begin(TENANT, event())).rejects.toMatchObject({ code: 'store-unavailable' })
  })
})

describe('keys of the audit log', () => {
  it('hold exactly the records of a span of time, newest first', () => {
    const time = fc.integer({ min: 1, max: 9_999_999_999_999 })
    fc.assert(
      fc.property(fc.array(time, { maxLength: 50 }), time, time, (times, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const range = recordRange(from, to)
        const keys = times.map((at, n) => ({ at, key: recordKey(at, `x${n}`) }))
        const inside = keys.filter(({ key }) => key >= range.from && key < range.to)
        expect(inside.map(({ at }) => at).sort()).toEqual(times.filter((at) => at >= from && at < to).sort())
        const sorted = keys.toSorted((one, other) => (one.key < other.key ? -1 : 1)).map(({ at }) => at)
        expect(sorted).toEqual(times.toSorted((one, other) => other - one))
      }),
    )
  })

  it('count days on', () => {
    expect(daysBetween('2026-02-27', '2026-03-01', 9)).toEqual(['2026-02-28', '2026-03-01'])
    expect(daysBetween('2026-03-01', '2026-03-01', 9)).toEqual([])
    expect(daysBetween('2026-01-01', '2026-12-31', 2)).toEqual(['2026-01-02', '2026-01-03'])
  })
})

describe('pruning', () => {
  async function recordAt(day: number, action: string, tenantId = TENANT) {
    clock.advance(START + day * DAY - clock.now())
    await service().record(tenantId, event({ action }))
  }

  it('deletes what is older than the retention, of all tenants, and nothing else', async () => {
    await service().prune()
    await recordAt(0, 'old')
    await recordAt(0, 'old', 'tenant002')
    await recordAt(0, 'old', OPERATOR_RECORDS)
    await recordAt(2, 'young')
    clock.advance(398 * DAY)
    expect(await service().prune()).toBe(0)
    clock.advance(1 * DAY)
    expect(await service().prune()).toBe(3)
    expect(await everything()).toEqual(['young'])
    expect(await everything('tenant002')).toEqual([])
    expect(await service().prune()).toBe(0)
    clock.advance(5 * DAY)
    expect(await service().prune()).toBe(1)
  })

  it('costs one read an hour when there is nothing to do', async () => {
    const counted = countStore(base)
    await service().prune()
    counted.reset()
    await service(counted.store).prune()
    expect(counted.counts().transactions).toBe(1)
    clock.advance(60_000)
    counted.reset()
    await service(counted.store).prune()
    expect(counted.counts().transactions).toBe(0)
  })

  it('comes to the same end wherever it was killed', async () => {
    await service().prune()
    const any = { kind: 'any' } as const
    for (let day = 0; day < 3; day++) {
      for (let n = 0; n < 5; n++) await recordAt(day, 'old')
    }
    await recordAt(3, 'young')
    const row = { at: 0, action: 'x', actor: event().actor, address: '', outcome: 'done' as const }
    await auditTable.bind(base).put('untouched', recordKey(0, 'x'), { ...row, fields: [], details: {} }, any)
    clock.advance(START + 403 * DAY - clock.now())
    let budget = 1
    const dying: Store = Object.fromEntries(
      Object.entries(base).map(([name, call]) => [
        name,
        (...args: never[]) => {
          if (budget-- <= 0) throw new Error('killed')
          return (call as (...args: never[]) => unknown)(...args)
        },
      ]),
    ) as never
    for (let n = 1; n < 30; n++) {
      budget = n % 4
      await service(dying)
        .prune()
        .catch(() => undefined)
    }
    await service().prune()
    expect(await everything()).toEqual(['young'])
  })
})
