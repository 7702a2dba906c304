import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../functions/sync/reconcile/rules/conditions.ts'
import type { Fields } from '../../../functions/sync/reconcile/rules/item.ts'
import { Killed } from './memory/gate.ts'
import { Pair } from './memory/pair.ts'

/** Items by the name they were born with: a deleted one that is made again outside has another id. */
function toState(pair: Pair): { inside: Record<string, Fields>; outside: Record<string, Fields> } {
  const byBirth = (items: Fields[]) =>
    Object.fromEntries(items.map((fields) => [String(fields.birth), fields]))
  return { inside: byBirth(pair.insideFields()), outside: byBirth(pair.outsideFields()) }
}

async function inStep(): Promise<Pair> {
  const pair = new Pair()
  for (let number = 0; number < 3; number++)
    pair.inside.userCreate(`n${number}`, { birth: `n${number}`, a: '0' })
  await pair.run()
  await pair.run()
  pair.recording = true
  return pair
}

const happening = fc.oneof(
  fc.record({
    kind: fc.constantFrom('inside-change', 'outside-change'),
    pick: fc.nat(2),
    value: fc.string(),
  }),
  fc.record({
    kind: fc.constantFrom('inside-delete', 'outside-delete'),
    pick: fc.nat(2),
    value: fc.string(),
  }),
  fc.record({
    kind: fc.constantFrom('inside-create', 'outside-create'),
    pick: fc.nat(2),
    value: fc.string(),
  }),
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

function happen({ inside, outside }: Pair, { kind, pick, value }: Happening, birth: string): void {
  const id = [...outside.items.keys()][pick] ?? ''
  const set = { [value.length % 2 === 0 ? 'a' : 'b']: value }
  if (kind === 'inside-change') inside.userChange(`n${pick}`, set)
  if (kind === 'outside-change') outside.userChange(id, set)
  if (kind === 'inside-delete') inside.userDelete(`n${pick}`)
  if (kind === 'outside-delete') outside.userDelete(id)
  if (kind === 'inside-create') inside.userCreate(birth, { birth, a: value })
  if (kind === 'outside-create') outside.userCreate({ birth, a: value })
}

describe('undoing a run', () => {
  test('puts both sides back as they were, and the next runs leave them so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 6 }), async (happenings) => {
        const pair = await inStep()
        for (const [index, each] of happenings.entries()) happen(pair, each, `new${index}`)
        const before = toState(pair)
        await pair.run()
        const dry = await pair.undo(true)
        expect(await pair.undo()).toEqual(dry)
        expect(toState(pair)).toEqual(before)
        const { writes } = pair
        expect(await pair.undo()).toMatchObject({ restored: 0, removed: 0, kept: 0 })
        await pair.run()
        await pair.run()
        expect(pair.writes).toBe(writes)
        expect(toState(pair)).toEqual(before)
      }),
      { numRuns: 300 },
    )
  })

  test('killed at any step and repeated ends the same', async () => {
    let killed = true
    for (let step = 1; killed; step++) {
      const pair = await inStep()
      const [first = '', second = ''] = pair.outside.items.keys()
      pair.inside.userChange('n0', { a: '1' })
      pair.outside.userChange(first, { b: '2' })
      pair.outside.userChange(second, { a: '3' })
      pair.inside.userDelete('n2')
      pair.inside.userCreate('n3', { birth: 'n3', a: '4' })
      const before = toState(pair)
      await pair.run()
      pair.gate.killAt(step)
      killed = await pair.undo().then(
        () => false,
        (error: unknown) => {
          if (error instanceof Killed) return true
          throw error
        },
      )
      pair.gate.killAt(undefined)
      await pair.undo()
      expect(toState(pair)).toEqual(before)
    }
  })

  test('leaves alone what was changed since', async () => {
    const pair = await inStep()
    const [first = ''] = pair.outside.items.keys()
    pair.inside.userChange('n0', { a: '1' })
    pair.inside.userChange('n1', { a: '1' })
    await pair.run()
    pair.outside.userChange(first, { b: 'since' })
    expect(await pair.undo()).toEqual({ restored: 1, removed: 0, kept: 1, unchanged: 0 })
    expect(pair.outside.items.get(first)?.fields).toEqual({ birth: 'n0', a: '1', b: 'since' })
  })

  test('never writes to a meeting', async () => {
    const pair = await inStep()
    pair.inside.userChange('n0', { a: '1' })
    await pair.run()
    const [first = ''] = pair.outside.items.keys()
    const conditions: Condition[] = ['meeting']
    pair.outside.userMark(first, conditions)
    const { writes } = pair
    expect(await pair.undo()).toMatchObject({ kept: 1 })
    expect(pair.writes).toBe(writes)
  })

  test('what was taken back comes again when it changes', async () => {
    const pair = await inStep()
    pair.inside.userCreate('n3', { birth: 'n3', a: '4' })
    await pair.run()
    await pair.undo()
    expect(pair.outside.items.size).toBe(3)
    await pair.run()
    expect(pair.outside.items.size).toBe(3)
    pair.inside.userChange('n3', { a: '5' })
    await pair.run()
    expect(toState(pair).outside.n3).toEqual({ birth: 'n3', a: '5' })
  })
})
