import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ColumnSpace, columnsToFold } from '../../portal/ui/fit-columns.ts'

const columns: readonly ColumnSpace[] = [
  { id: 'name', min: 200 },
  { id: 'state', min: 100, rank: 1 },
  { id: 'when', min: 150, rank: 3 },
  { id: 'who', min: 150, rank: 2 },
  { id: 'actions', min: 50 },
]

describe('columns that fold', () => {
  it.each([
    [650, []],
    [649, ['when']],
    [500, ['when']],
    [499, ['when', 'who']],
    [349, ['state', 'when', 'who']],
    [10, ['state', 'when', 'who']],
    [Number.POSITIVE_INFINITY, []],
  ])('at %i px', (width, folded) => {
    expect([...columnsToFold(columns, width)].sort()).toEqual(folded)
  })

  it('a wider table never shows less, and what is shown fits unless it has to stay', () => {
    const space = fc.record({
      min: fc.integer({ min: 40, max: 400 }),
      rank: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(
        fc.array(space, { maxLength: 9 }),
        fc.integer({ min: 0, max: 2000 }),
        fc.nat(500),
        (spaces, width, more) => {
          const all = spaces.map((one, index) => ({ ...one, id: String(index) }))
          const folded = columnsToFold(all, width)
          for (const id of columnsToFold(all, width + more)) expect(folded.has(id)).toBe(true)
          const left = all.filter(({ id }) => !folded.has(id))
          const needed = left.reduce((sum, { min }) => sum + min, 0)
          expect(needed <= width || left.every(({ rank }) => rank === undefined)).toBe(true)
        },
      ),
    )
  })
})
