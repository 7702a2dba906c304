import { describe, expect, it } from 'vitest'
import { planUndo } from '../../functions/sync/rules/undo.ts'

const print = (row: string | undefined) => row ?? 'none'

describe('what undoing a run does to a person (F4)', () => {
  it.each([
    ['changed by the run', 'B', [['A', 'B']], { kind: 'restore', id: 'p', to: 'A' }],
    ['created by the run', 'B', [[undefined, 'B']], { kind: 'remove', id: 'p' }],
    ['changed since', 'C', [['A', 'B']], { kind: 'keep', id: 'p' }],
    ['created by the run and gone since', undefined, [[undefined, 'B']], undefined],
    ['recorded, but the write never came', 'A', [['A', 'B']], undefined],
    ['changed by the run and gone since', undefined, [['A', 'B']], { kind: 'keep', id: 'p' }],
    [
      'recorded twice, written once',
      'B',
      [
        ['A', 'B'],
        ['A', 'B1'],
      ],
      { kind: 'restore', id: 'p', to: 'A' },
    ],
    [
      'written twice, the second time from the first',
      'C',
      [
        ['B', 'C'],
        ['A', 'B'],
      ],
      { kind: 'restore', id: 'p', to: 'A' },
    ],
    [
      'created, interrupted, changed',
      'C',
      [
        ['B', 'C'],
        [undefined, 'B'],
      ],
      { kind: 'remove', id: 'p' },
    ],
    [
      'recorded, changed by somebody, recorded and written again',
      'B2',
      [
        ['A2', 'B2'],
        ['A', 'B1'],
      ],
      { kind: 'restore', id: 'p', to: 'A2' },
    ],
  ] as const)('%s', (_, current, history, expected) => {
    const changes = history.map(([before, after]) => ({ id: 'p', before, after }))
    const plan = planUndo(changes, () => current, print)
    expect(plan).toEqual(
      expected === undefined ? { steps: [], unchanged: 1 } : { steps: [expected], unchanged: 0 },
    )
  })

  it('leaves people alone whom the run did not touch', () => {
    expect(planUndo([], () => 'A', print)).toEqual({ steps: [], unchanged: 0 })
  })
})
