import { describe, expect, it } from 'vitest'
import { continues, noCounts } from '../../../functions/hr/balances/rules/pass.ts'
import { type Account, planBalance } from '../../../functions/hr/balances/rules/plan.ts'

const flexi = (minutes: number): Account => ({ id: 1, name: 'Gleitzeit', minutes })
const leave = (minutes: number): Account => ({ id: 2, name: 'Resturlaub', minutes })
const known = (day: string, ...accounts: Account[]) => ({ day, accounts })

describe('plan of a balance', () => {
  it.each<[string, Account[], ReturnType<typeof known> | undefined, object]>([
    ['first', [flexi(5)], undefined, { kind: 'create' }],
    ['nothing at all', [], undefined, { kind: 'keep', reason: 'same' }],
    ['the same', [flexi(5)], known('2026-11-20', flexi(5)), { kind: 'keep', reason: 'same' }],
    ['more minutes', [flexi(6)], known('2026-11-20', flexi(5)), { kind: 'update', changed: ['Gleitzeit'] }],
    ['fewer', [flexi(-6)], known('2026-11-22', flexi(5)), { kind: 'update', changed: ['Gleitzeit'] }],
    ['one more', [flexi(5), leave(1)], known('2026-11-20', flexi(5)), { changed: ['Resturlaub'] }],
    ['one less', [flexi(5)], known('2026-11-20', flexi(5), leave(1)), { changed: ['Resturlaub'] }],
    ['none any more', [], known('2026-11-20', flexi(5)), { kind: 'keep', reason: 'empty' }],
    ['of a day before', [flexi(6)], known('2026-11-23', flexi(5)), { kind: 'keep', reason: 'older' }],
  ])('%s', (_, read, before, expected) => {
    expect(planBalance(read, before, '2026-11-22')).toMatchObject(expected)
  })
})

describe('an interrupted reading', () => {
  const started = 1_800_000_000_000
  const pass = { keyDate: '2026-11-22', startedAt: started, next: 's000001-00000004', counts: noCounts }
  const hour = 3_600_000

  it.each([
    ['soon after', '2026-11-22', started + hour, true],
    ['for another day', '2026-11-23', started + hour, false],
    ['hours later', '2026-11-22', started + 2 * hour, false],
    ['before it began (a clock was set back)', '2026-11-22', started - 1, false],
  ])('%s', (_, day, now, expected) => {
    expect(continues(pass, day, now)).toBe(expected)
    expect(continues(undefined, day, now)).toBe(false)
  })
})
