import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runId, runKey, runRange } from '../../functions/jobs/rules/run-key.ts'
import { hasEnded, MAX_ATTEMPTS, takeover, transitions } from '../../functions/jobs/rules/run-state.ts'
import { runTexts } from '../products/run-texts.ts'

describe('life of a run', () => {
  it('ends for good', () => {
    for (const state of ['succeeded', 'failed', 'stopped'] as const) expect(hasEnded(state)).toBe(true)
    for (const state of ['queued', 'running'] as const) expect(hasEnded(state)).toBe(false)
    for (const next of Object.values(transitions.running)) expect(next).toBeDefined()
  })

  it.each([
    ['a queued run is taken', { state: 'queued', attempts: 0 }, 'take'],
    ['an ended one is not', { state: 'succeeded', attempts: 1 }, 'ended'],
    [
      'an owned one is left',
      { state: 'running', attempts: 1, lease: { owner: 'x', until: 101 } },
      'leave-to-owner',
    ],
    [
      'one whose owner died is taken',
      { state: 'running', attempts: 1, lease: { owner: 'x', until: 100 } },
      'take',
    ],
    ['in the end it is given up', { state: 'running', attempts: MAX_ATTEMPTS }, 'give-up'],
  ] as const)('%s', (_, run, expected) => {
    expect(takeover(run, 100)).toBe(expected)
  })
})

describe('keys of runs', () => {
  it('sort newest first and stay in the range of their job', () => {
    fc.assert(
      fc.property(fc.nat(9e11), fc.nat(9e11), (a, b) => {
        const [older, newer] = [Math.min(a, b), Math.max(a, b) + 1]
        expect(runKey('Job', runId(newer, 'x')) < runKey('Job', runId(older, 'x'))).toBe(true)
        const { from, to } = runRange('Job')
        const key = runKey('Job', runId(a, 'zzzzzz'))
        expect(from <= key && key < to).toBe(true)
        expect(runKey('Job2', runId(a, 'x')) < from || runKey('Job2', runId(a, 'x')) >= to).toBe(true)
      }),
    )
  })
})

describe('texts', () => {
  it('speak German and English, with numbers as people there write them', () => {
    expect(runTexts.describeCounts({ read: 10_000, created: 1 }, 'de')).toBe('10.000 gelesen, 1 angelegt')
    expect(runTexts.describeCounts({ read: 10_000, created: 1 }, 'en')).toBe('10,000 read, 1 created')
    expect(runTexts.describe({ code: 'people-read', params: { count: 3 } }, 'de')).toBe(
      '3 Personen aus Sage gelesen.',
    )
  })
})
