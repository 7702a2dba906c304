import { describe, expect, test } from 'vitest'
import type { FaultRule } from '../../infra/local/sage/fault-rules.ts'
import { createFaults } from '../../infra/local/sage/faults.ts'

describe('when a rule hits', () => {
  const facts = { method: 'GET', path: 'Time/TimeEvents', page: undefined, signedIn: true }
  const cases: [string, FaultRule, boolean][] = [
    ['a prefix', { kind: 'drop', path: 'Time/' }, true],
    ['a prefix in another case, with a slash', { kind: 'drop', path: '/time/timeEVENTS' }, true],
    ['another prefix', { kind: 'drop', path: 'Employee' }, false],
    ['a regular expression', { kind: 'drop', path: /^time\/(timeevents|absences)$/ }, true],
    ['another one', { kind: 'drop', path: /pairs/ }, false],
    ['one as text', { kind: 'drop', path: { regexp: 'events$' } }, true],
    ['the method', { kind: 'drop', method: 'GET' }, true],
    ['another method', { kind: 'drop', method: 'POST' }, false],
    ['a page when there is none', { kind: 'drop', page: 0 }, false],
    ['people elsewhere', { kind: 'rows-removed' }, false],
  ]
  test.each(cases)('%s', (_name, rule, hit) => {
    const faults = createFaults(1)
    faults.add(rule)
    expect(faults.plan(facts).kinds.length === 1).toBe(hit)
  })

  test('after lets the first ones pass, count ends it', () => {
    const faults = createFaults(1)
    faults.add({ kind: 'drop', after: 2, count: 2 })
    const hits = Array.from({ length: 6 }, () => faults.plan(facts).kinds.length)
    expect(hits).toEqual([0, 0, 1, 1, 0, 0])
    expect(faults.list()).toMatchObject([{ rule: { id: 'fault-1' }, fitting: 6, hits: 2 }])
  })

  test('probability follows the seed', () => {
    const run = (seed: number, probability: number) => {
      const faults = createFaults(seed)
      faults.add({ kind: 'drop', probability })
      return Array.from({ length: 2000 }, () => faults.plan(facts).kinds.length)
    }
    const sum = (hits: number[]) => hits.reduce((total, hit) => total + hit, 0)
    expect(run(3, 0.3)).toEqual(run(3, 0.3))
    expect(run(3, 0.3)).not.toEqual(run(4, 0.3))
    expect(sum(run(3, 0.3)) / 2000).toBeGreaterThan(0.26)
    expect(sum(run(3, 0.3)) / 2000).toBeLessThan(0.34)
    expect([sum(run(3, 0)), sum(run(3, 1))]).toEqual([0, 2000])
  })

  test('rules add up; what replaces the answer leaves later rules unused', () => {
    const faults = createFaults(1)
    faults.add({ kind: 'delay', ms: 5 })
    faults.add({ kind: 'unavailable', count: 1 })
    faults.add({ kind: 'cut-body', count: 1 })
    expect(faults.plan(facts).kinds).toEqual(['delay', 'unavailable'])
    expect(faults.plan(facts).kinds).toEqual(['delay', 'cut-body'])
  })

  test('wrong rules are refused', () => {
    const faults = createFaults(1)
    expect(() => faults.add({ kind: 'drop', probability: 2 })).toThrow()
    expect(() => faults.add({ kind: 'drop', path: { regexp: '(' } })).toThrow()
    expect(faults.list()).toEqual([])
  })
})
