import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recurrenceOf } from '../../functions/jobs/recurrence.ts'
import { mayTake, SESSIONS } from '../../functions/jobs/rules/fair-share.ts'
import { nextOfInterval, phaseOf } from '../../functions/jobs/rules/interval.ts'
import { isSubject, type JobKey, rowOf, spreadOf } from '../../functions/jobs/rules/job-key.ts'
import { LANES, sessionOfSubjectRuns, sessionOfSubjects } from '../../functions/jobs/rules/lanes.ts'
import { isLeased, LEASE_MS, plausibleNext, SKEW_MS } from '../../functions/jobs/rules/plausible.ts'
import { attemptInKeys, runKey, runRange } from '../../functions/jobs/rules/run-key.ts'
import { MAX_ATTEMPTS, sparedAfter, takeover } from '../../functions/jobs/rules/run-state.ts'
import {
  actionOnMessage,
  seesWhatWasTold,
  stateOf,
  subjectEvents,
} from '../../functions/jobs/rules/subject-state.ts'

const YEARS = 30 * 365 * 86_400_000
const NOW = Date.UTC(2026, 0, 5)
const everySeconds = fc.integer({ min: 60, max: 7 * 86_400 })
const subject = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)
const key = fc.record({
  tenantId: fc.constantFrom('t1', 'tenant002'),
  job: fc.constantFrom('A', 'Mail'),
  subject,
})
const time = fc.integer({ min: NOW - YEARS, max: NOW + YEARS })

describe('schedules by interval', () => {
  it('come strictly after, exactly so far apart, whatever time it is', () => {
    fc.assert(
      fc.property(key, everySeconds, time, (of, every, after) => {
        const { next } = recurrenceOf({ everySeconds: every }, of)
        const first = next(after) ?? 0
        expect(first).toBeGreaterThan(after)
        expect(first - after).toBeLessThanOrEqual(every * 1000)
        expect((next(first) ?? 0) - first).toBe(every * 1000)
        // Asked at any moment before, it is the same time.
        expect(next(first - 1)).toBe(first)
      }),
    )
  })

  it('neither flood nor starve when the clock is set forward or back by years', () => {
    fc.assert(
      fc.property(key, everySeconds, fc.array(time, { minLength: 1, maxLength: 20 }), (of, every, clocks) => {
        const { next } = recurrenceOf({ everySeconds: every }, of)
        let due = next(NOW) ?? 0
        for (const now of clocks) {
          // What a tick does: what is due moves on, once, whatever lies between; what is impossible comes back.
          due = due <= now ? (next(now) ?? 0) : (plausibleNext(due, next, now) ?? 0)
          expect(due).toBeGreaterThan(now)
          expect(due - now).toBeLessThanOrEqual(every * 1000 + SKEW_MS)
        }
      }),
    )
  })

  it('are spread evenly over their interval, also for ids that follow each other', () => {
    const SLOTS = 60
    for (const idOf of [
      (n: number) => `box-${n}`,
      (n: number) => String(100_000 + n),
      (n: number) => `a${n}z`,
    ]) {
      const counts = Array<number>(SLOTS).fill(0)
      const many = 60_000
      for (let n = 0; n < many; n++) {
        const phase = phaseOf(spreadOf({ tenantId: 't', job: 'Mail', subject: idOf(n) }), 300_000)
        const slot = Math.floor(phase / (300_000 / SLOTS))
        counts[slot] = (counts[slot] ?? 0) + 1
      }
      const fair = many / SLOTS
      expect(Math.min(...counts)).toBeGreaterThan(fair * 0.85)
      expect(Math.max(...counts)).toBeLessThan(fair * 1.15)
    }
  })

  it('are in the order of the rows, so that those that are due together are neighbours', () => {
    fc.assert(
      fc.property(fc.uniqueArray(subject, { maxLength: 30 }), (subjects) => {
        const keys = subjects.map((one): JobKey => ({ tenantId: 't', job: 'Mail', subject: one }))
        const byRow = [...keys].sort((a, b) => (rowOf(a).key < rowOf(b).key ? -1 : 1))
        const phases = byRow.map((one) => phaseOf(spreadOf(one), 300_000))
        expect(phases).toEqual([...phases].sort((a, b) => a - b))
      }),
    )
  })

  it.each([
    [300_000, 0, 0, 300_000],
    [300_000, 1, 0, 1],
    [300_000, 1, 1, 300_001],
    [60_000, 59_999, -1, 59_999],
  ])('every %i at %i after %i: %i', (every, phase, after, expected) => {
    expect(nextOfInterval(every, phase, after)).toBe(expected)
  })
})

describe('keys of subjects', () => {
  it('take ids that are possible everywhere, and no others', () => {
    for (const good of ['a', 'A-1_b.c', '0', 'x'.repeat(64)]) expect(isSubject(good), good).toBe(true)
    for (const bad of ['', '.', '-a', 'a/b', 'a b', 'ä', 'a~b', 'a!b', 'x'.repeat(65), 'a\n'])
      expect(isSubject(bad), bad).toBe(false)
  })

  it('leave rows and runs of jobs without subject where they were, and never meet', () => {
    expect(rowOf({ tenantId: 't', job: 'J' })).toEqual({ partition: 't', key: 'J' })
    expect(runKey('J', 'r1')).toBe('J~r1')
    fc.assert(
      fc.property(subject, subject, (a, b) => {
        const own = runKey('J', 'r1', a)
        const inRange = (range: { from: string; to: string }) => range.from <= own && own < range.to
        expect(inRange(runRange('J', a))).toBe(true)
        expect(inRange(runRange('J'))).toBe(false)
        expect(inRange(runRange('J', b))).toBe(a === b)
      }),
    )
  })

  it('keep attempts in order as text, however many', () => {
    const texts = [1, 2, 9, 10, 11, 99, 100, 1_000, 99_999].map((n) => `${attemptInKeys(n)}-00000000`)
    expect(texts).toEqual([...texts].sort())
    for (const text of texts) expect(text).toMatch(/^[0-9]{1,9}-[0-9]{8}$/)
    expect(attemptInKeys(3)).toBe(3)
  })
})

describe('the life of a subject', () => {
  const pending = { message: 'm1', at: 1, trigger: 'schedule' as const, attempts: 0 }
  const lease = (until: number) => ({ owner: 'x', until })

  it.each([
    ['absent', undefined],
    ['idle', {}],
    ['waiting', { pending }],
    ['waiting', { pending, lease: lease(NOW) }],
    ['working', { pending, lease: lease(NOW + 1) }],
    ['waiting', { pending, lease: lease(NOW + LEASE_MS + SKEW_MS + 1) }],
    ['running', { pending, activeRun: 'r' }],
  ] as const)('is %s', (state, row) => {
    expect(stateOf(row, NOW)).toBe(state)
  })

  it('sends one message at a time', () => {
    for (const event of ['due', 'notify'] as const) {
      const sending = Object.entries(subjectEvents[event]).filter(([, action]) => action === 'send')
      expect(sending.map(([state]) => state)).toEqual(['idle'])
    }
  })

  it('owes what a message was to bring to a run that takes its place', () => {
    const owing = Object.entries(subjectEvents.claim).filter(([, action]) => action === 'owe')
    expect(owing.map(([state]) => state)).toEqual(['waiting', 'working'])
  })

  it.each([
    [true, { attempts: 0 }],
    [true, { attempts: 0, dryRun: false }],
    [false, { attempts: 1 }],
    [false, { attempts: 0, dryRun: true }],
    [false, { attempts: 0, undoes: 'r' }],
  ] as const)('is asked by a run for all that was told: %s', (sees, run) => {
    expect(seesWhatWasTold(run)).toBe(sees)
  })

  it.each([
    ['take', { pending }],
    ['leave-to-owner', { pending, lease: lease(NOW + 1) }],
    ['skip', { pending: { ...pending, message: 'm2' } }],
    ['skip', {}],
    ['skip', undefined],
    ['give-up', { pending: { ...pending, attempts: MAX_ATTEMPTS } }],
  ] as const)('on its message: %s', (action, row) => {
    expect(actionOnMessage(row, 'm1', NOW)).toBe(action)
  })
})

describe('times that cannot be', () => {
  it('block nobody: a lease counts for no longer than one that is given now', () => {
    fc.assert(
      fc.property(time, time, (until, now) => {
        const counts = isLeased({ owner: 'x', until }, now)
        expect(counts).toBe(until > now && until <= now + LEASE_MS + SKEW_MS)
      }),
    )
  })

  it('leave a next run alone that was worked out a moment before it was due', () => {
    fc.assert(
      fc.property(key, everySeconds, time, fc.integer({ min: 0, max: 1_000 }), (of, every, due, early) => {
        const { next } = recurrenceOf({ everySeconds: every }, of)
        const time = next(due) ?? 0
        const after = next(time) ?? 0
        expect(plausibleNext(after, next, time - early)).toBe(after)
      }),
    )
  })
})

describe('attempts', () => {
  it('are given up when they bring nothing, and never while each part gets on', () => {
    const part = { state: 'queued', attempts: MAX_ATTEMPTS, saved: 'b', savedBefore: 'a' } as const
    expect(takeover({ ...part, spared: sparedAfter(part, 'goes-on') }, NOW)).toBe('take')
    const stuck = { ...part, saved: 'a' }
    expect(takeover({ ...stuck, spared: sparedAfter(stuck, 'goes-on') }, NOW)).toBe('give-up')
    expect(sparedAfter({ attempts: 3, spared: 1 }, 'hub-ends')).toBe(2)
  })
})

describe('places', () => {
  /** How many each of so many tenants gets that take all they can, one after the other. */
  function taken(tenants: number): readonly number[] {
    const own = Array<number>(tenants).fill(0)
    const total = () => own.reduce((sum, n) => sum + n, 0)
    for (let progress = true; progress; ) {
      progress = false
      for (let tenant = 0; tenant < tenants; tenant++) {
        if (total() >= SESSIONS || !mayTake(own[tenant] ?? 0, total())) continue
        own[tenant] = (own[tenant] ?? 0) + 1
        progress = true
      }
    }
    return own
  }

  it.each([
    [1, 11],
    [2, 8],
    [5, 5],
    [10, 3],
  ])('of %i tenants that take all they get leave at least %i free', (tenants, free) => {
    const sum = taken(tenants).reduce((all, n) => all + n, 0)
    expect(SESSIONS - sum).toBeGreaterThanOrEqual(free)
  })

  it('are never refused to who has none', () => {
    fc.assert(
      fc.property(fc.nat(SESSIONS), (all) => {
        expect(mayTake(0, all)).toBe(true)
      }),
    )
  })

  it('are as many as the host gives', () => {
    const host = JSON.parse(readFileSync('host.json', 'utf8'))
    expect(host.extensions.serviceBus.maxConcurrentSessions).toBe(SESSIONS)
  })

  it('that subjects of a tenant take are three at most', () => {
    const sessions = new Set([sessionOfSubjectRuns('t')])
    for (const job of ['A', 'B', 'Mail', 'Calendar'])
      for (let n = 0; n < 50; n++) sessions.add(sessionOfSubjects('t', job, n))
    expect(sessions.size).toBe(LANES + 1)
  })
})
