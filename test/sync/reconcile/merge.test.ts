import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Prints, printOf, withPrints } from '../../../functions/sync/reconcile/rules/item.ts'
import {
  type Merge,
  mergeFields,
  overwriteFields,
  type Winner,
} from '../../../functions/sync/reconcile/rules/merge.ts'

const prints = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.constantFrom('1', '2', '3'))
const winners = fc.constantFrom<Winner>('inside', 'outside', 'ask')
const both = () => 'both' as const

function merge(base: Prints, inside: Prints, outside: Prints, winner: Winner): Merge {
  return mergeFields({
    base: { inside: base, outside: base },
    inside,
    wanted: inside,
    outside,
    direction: both,
    winner,
  })
}

function apply(
  { toOutside, toInside }: Merge,
  inside: Prints,
  outside: Prints,
): { inside: Prints; outside: Prints } {
  const pick = (from: Prints, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, printOf(from, name)]))
  return {
    inside: withPrints(inside, pick(outside, toInside)),
    outside: withPrints(outside, pick(inside, toOutside)),
  }
}

describe('merging field by field', () => {
  test('changes nothing where nothing changed', () => {
    fc.assert(
      fc.property(prints, winners, (item, winner) => {
        expect(merge(item, item, item, winner)).toEqual({
          toOutside: [],
          toInside: [],
          conflicts: [],
          losers: [],
          settled: [],
        })
      }),
    )
  })

  test('makes both sides equal, except for conflicts that wait', () => {
    fc.assert(
      fc.property(prints, prints, prints, winners, (base, inside, outside, winner) => {
        const merged = merge(base, inside, outside, winner)
        const after = apply(merged, inside, outside)
        const waiting = new Set(merged.conflicts)
        for (const name of ['a', 'b', 'c', '__proto__']) {
          if (!waiting.has(name)) expect(printOf(after.inside, name)).toBe(printOf(after.outside, name))
          else {
            expect(printOf(after.inside, name)).toBe(printOf(inside, name))
            expect(printOf(after.outside, name)).toBe(printOf(outside, name))
          }
        }
        if (winner !== 'ask') expect(merged.conflicts).toEqual([])
      }),
    )
  })

  test('is the same from the other side, with the other winner', () => {
    const swapped = { inside: 'outside', outside: 'inside', ask: 'ask' } as const
    fc.assert(
      fc.property(prints, prints, prints, winners, (base, inside, outside, winner) => {
        const one = merge(base, inside, outside, winner)
        const other = merge(base, outside, inside, swapped[winner])
        const sort = (names: readonly string[]) => [...names].sort()
        expect(sort(one.toOutside)).toEqual(sort(other.toInside))
        expect(sort(one.toInside)).toEqual(sort(other.toOutside))
        expect(sort(one.conflicts)).toEqual(sort(other.conflicts))
        expect(sort(one.losers.map(({ name }) => name))).toEqual(sort(other.losers.map(({ name }) => name)))
      }),
    )
  })

  test('loses no value: what a side has newly is there afterwards, or is named as the loser', () => {
    fc.assert(
      fc.property(prints, prints, prints, winners, (base, inside, outside, winner) => {
        const merged = merge(base, inside, outside, winner)
        const after = apply(merged, inside, outside)
        for (const [side, item] of [
          ['inside', inside],
          ['outside', outside],
        ] as const) {
          for (const [name, print] of Object.entries(item)) {
            if (print === printOf(base, name)) continue
            const kept = [printOf(after.inside, name), printOf(after.outside, name)].includes(print)
            const named = merged.losers.some((loser) => loser.name === name && loser.side === side)
            expect(kept || named).toBe(true)
          }
        }
      }),
    )
  })

  test('what was never agreed is united: a field that only one side has is kept', () => {
    expect(apply(merge({}, { a: '1' }, { b: '2' }, 'inside'), { a: '1' }, { b: '2' })).toEqual({
      inside: { a: '1', b: '2' },
      outside: { a: '1', b: '2' },
    })
  })

  test('a value that the outside cannot say stays inside and is no change', () => {
    const merged = mergeFields({
      base: { inside: { a: 'day and time' }, outside: { a: 'day' } },
      inside: { a: 'day and another time' },
      wanted: { a: 'day' },
      outside: { a: 'day' },
      direction: both,
      winner: 'inside',
    })
    expect(merged).toMatchObject({ toOutside: [], toInside: [], settled: ['a'] })
  })

  test.each([
    { direction: 'out', toOutside: ['a'], toInside: [] },
    { direction: 'in', toOutside: [], toInside: ['b'] },
    { direction: 'none', toOutside: [], toInside: [] },
  ] as const)('a field that goes $direction only', ({ direction, toOutside, toInside }) => {
    const merged = mergeFields({
      base: { inside: {}, outside: {} },
      inside: { a: '1' },
      wanted: { a: '1' },
      outside: { b: '2' },
      direction: () => direction,
      winner: 'inside',
    })
    expect(merged).toMatchObject({ toOutside, toInside })
  })

  test('the leading side writes over everything that differs, and names what it replaces', () => {
    const merged = overwriteFields({
      base: { inside: { a: '1', b: '1' }, outside: { a: '1', b: '1' } },
      inside: { a: '2', b: '1' },
      wanted: { a: '2', b: '1' },
      outside: { a: '1', b: '3', c: '4' },
      direction: both,
    })
    expect(merged).toEqual({
      toOutside: ['a', 'b', 'c'],
      toInside: [],
      conflicts: [],
      losers: [
        { name: 'b', side: 'outside' },
        { name: 'c', side: 'outside' },
      ],
      settled: [],
    })
  })
})
