import fc from 'fast-check'
import { expect, it } from 'vitest'
import { planUndo, type RecordedChange } from '../../functions/sync/rules/undo.ts'

const print = (row: string | undefined) => row ?? 'none'

/**
 * What happens to one row while a run is at work: the run records and writes, or records and is killed; somebody else
 * writes in between. Values never come twice, so that a fingerprint tells who wrote last.
 */
type Happening = 'run writes' | 'run records only' | 'somebody writes' | 'somebody deletes'
const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.constantFrom<Happening>(
    'run writes',
    'run writes',
    'run writes',
    'run records only',
    'somebody writes',
    'somebody deletes',
  ),
  { maxLength: 8 },
)

function play(history: readonly Happening[], start: string | undefined) {
  let row = start
  let fresh = 0
  /** The row as it was before the run's writes that nobody else has written over. */
  let before: { readonly row: string | undefined } | undefined
  let others = false
  const changes: RecordedChange<string>[] = []
  for (const happening of history) {
    const value = `v${fresh++}`
    switch (happening) {
      case 'run writes':
        changes.push({ id: 'r', before: row, after: value })
        before ??= { row }
        row = value
        others = false
        break
      case 'run records only':
        changes.push({ id: 'r', before: row, after: value })
        break
      case 'somebody writes':
      case 'somebody deletes':
        row = happening === 'somebody writes' ? value : undefined
        before = undefined
        others = true
        break
    }
  }
  return { changes: changes.toReversed(), row, before, others }
}

function apply(row: string | undefined, plan: ReturnType<typeof planUndo<string>>): string | undefined {
  const [step] = plan.steps
  if (step?.kind === 'restore') return step.to
  return step?.kind === 'remove' ? undefined : row
}

it('undo makes a row as it was before the last writes of the run, and never touches what others left', () => {
  fc.assert(
    fc.property(happenings, fc.option(fc.constant('start'), { nil: undefined }), (history, start) => {
      const { changes, row, before, others } = play(history, start)
      const plan = planUndo(changes, () => row, print)
      expect(plan.steps.length).toBeLessThanOrEqual(1)
      const after = apply(row, plan)
      if (others) expect(after).toBe(row)
      else if (before !== undefined) expect(after).toBe(before.row)
      else expect(after).toBe(row)
    }),
    { numRuns: 2000 },
  )
})

it('undo repeated finds nothing to do', () => {
  fc.assert(
    fc.property(happenings, (history) => {
      const { changes, row } = play(history, 'start')
      const after = apply(
        row,
        planUndo(changes, () => row, print),
      )
      const again = planUndo(changes, () => after, print)
      expect(apply(after, again)).toBe(after)
    }),
    { numRuns: 2000 },
  )
})
