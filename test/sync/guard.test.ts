import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RunContext, RunHeld } from '../../functions/jobs/port.ts'
import { type Guarded, requireApproval } from '../../functions/sync/guard.ts'
import { findExceeded, limitOf } from '../../functions/sync/rules/guard.ts'

const proportion = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  always: fc.nat(20),
})
const total = fc.nat(100_000)

describe('how much one run may take away (F4)', () => {
  it('is never everything, never less for more, and at least what is always allowed', () => {
    fc.assert(
      fc.property(total, proportion, (count, share) => {
        const limit = limitOf(count, share)
        expect(limit).toBeGreaterThanOrEqual(0)
        if (count > 0) expect(limit).toBeLessThan(count)
        expect(limitOf(count + 1, share)).toBeGreaterThanOrEqual(limit)
        expect(limit).toBeGreaterThanOrEqual(Math.min(share.always, Math.max(0, count - 1)))
      }),
    )
  })

  it('holds exactly what is over the limit, and names all of it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string(), { maxLength: 30 }),
        fc.nat(60),
        proportion,
        (ids, all, share) => {
          const found = findExceeded(ids, all, share)
          expect(found !== undefined).toBe(ids.length > limitOf(all, share))
          if (found !== undefined) expect(found).toMatchObject({ count: ids.length, ids, total: all })
        },
      ),
    )
  })
})

describe('approval', () => {
  const texts = {
    wouldBeHeld: 'would-be-held',
    released: 'released',
    item: 'person-would-be-deactivated',
    about: (id: string) => ({ token: id }),
  } as const
  const guarded = (ids: readonly string[], over: Partial<Guarded> = {}): Guarded => ({
    ids,
    total: 20,
    proportion: { share: 0.1, always: 3 },
    texts,
    ...over,
  })

  function ask(what: readonly Guarded[], { approved, dryRun = false }: Partial<RunContext> = {}) {
    const lines: string[] = []
    const log: RunContext['log'] = (_, code, params) =>
      void lines.push(`${code} ${params?.token ?? ''}`.trim())
    try {
      requireApproval(what, { approved, dryRun, log })
      return { lines }
    } catch (error) {
      if (!(error instanceof RunHeld)) throw error
      return { lines, held: error.held, code: error.code }
    }
  }
  const five = ['a', 'b', 'c', 'd', 'e']

  it('is asked for with one line for each, and given for exactly these, in any order', () => {
    const { held, lines, code } = ask([guarded(five)])
    expect(held).toMatchObject({ count: 5, limit: 3, total: 20 })
    expect(code).toBe('deactivation-guard')
    expect(lines).toEqual(five.map((id) => `person-would-be-deactivated ${id}`))
    const approved = held?.digest
    expect(ask([guarded(five.toReversed())], { approved })).toEqual({ lines: ['released'] })
    for (const others of [five.slice(1), [...five, 'f'], ['a', 'b', 'c', 'd', 'f']]) {
      expect(ask([guarded(others)], { approved }).held?.digest).not.toBe(approved)
    }
  })

  it('of today is worth what it was worth before: the digest of the sorted keys', () => {
    expect(ask([guarded(five)]).held?.digest).toBe('27xH8qkLAhU6eGMOsDQWEoAPUwvTrm3aVQTmD_vGQBg')
  })

  it('covers all guards that hold a run at once', () => {
    const both = [guarded(five), guarded(['x', 'y', 'z', 'w'])]
    const { held, lines } = ask(both)
    expect(lines).toHaveLength(9)
    expect(ask(both, { approved: held?.digest })).toEqual({ lines: ['released', 'released'] })
    expect(ask([guarded(five)], { approved: held?.digest }).held).toBeDefined()
    expect(
      ask([guarded([...five, 'x']), guarded(['y', 'z', 'w', 'v'])], { approved: held?.digest }).held,
    ).toBeDefined()
  })

  it('is not needed below the limit, nor to try', () => {
    expect(ask([guarded(['a', 'b', 'c'])])).toEqual({ lines: [] })
    expect(ask([])).toEqual({ lines: [] })
    expect(ask([guarded(five)], { dryRun: true })).toEqual({ lines: ['would-be-held'] })
  })
})
