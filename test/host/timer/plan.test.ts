import { describe, expect, it } from 'vitest'
import { planNext, planStart } from '../../../infra/local/host/timer/plan.ts'

/** Every ten. */
const schedule = { next: (after: number) => (Math.floor(after / 10) + 1) * 10 }
const ended = { next: () => undefined }

describe('the start of a timer', () => {
  it.each([
    ['first time', undefined, 12, { last: undefined, next: 20, updated: 12 }, false, true],
    ['in time', { last: 10, next: 20, updated: 10 }, 15, { last: 10, next: 20, updated: 10 }, false, false],
    ['missed', { last: 10, next: 20, updated: 10 }, 25, { last: 10, next: 20, updated: 10 }, true, false],
    ['missed, never run', { last: undefined, next: 20, updated: 12 }, 25, undefined, true, false],
    [
      'changed',
      { last: 10, next: 17, updated: 10 },
      15,
      { last: undefined, next: 20, updated: 10 },
      false,
      true,
    ],
    [
      'changed and late',
      { last: 10, next: 17, updated: 10 },
      25,
      { last: undefined, next: 30, updated: 25 },
      false,
      true,
    ],
  ])('%s', (_name, stored, now, status, pastDue, changed) => {
    expect(planStart(stored, schedule, now)).toEqual({ status: status ?? stored, pastDue, changed })
  })

  it('has none when the schedule has no time any more', () => {
    expect(planStart(undefined, ended, 0)).toBeUndefined()
  })
})

describe('after a run', () => {
  const status = { last: 10, next: 20, updated: 10 }

  it.each([
    ['on time', 20, true, { last: 20, next: 30, updated: 20 }],
    ['a little early, without running twice', 19, true, { last: 20, next: 30, updated: 20 }],
    ['late', 34, true, { last: 34, next: 40, updated: 34 }],
    ['out of turn, without skipping the next', 13, false, { last: 13, next: 20, updated: 13 }],
  ])('%s', (_name, began, regular, expected) => {
    expect(planNext(status, schedule, began, regular)).toEqual(expected)
  })

  it('ends with the schedule', () => {
    expect(planNext(status, ended, 20, true)).toBeUndefined()
  })
})
