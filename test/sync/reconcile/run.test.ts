import { describe, expect, test } from 'vitest'
import { Pair } from './memory/pair.ts'

describe('a run', () => {
  test('brings items across in both directions, and a second one writes nothing', async () => {
    const pair = new Pair()
    pair.outside.userCreate({ title: 'before' })
    await pair.run()
    pair.inside.userCreate('a', { title: 'A' })
    pair.outside.userCreate({ title: 'B' })
    expect(await pair.run()).toMatchObject({ kind: 'done', open: 0 })
    expect(pair.insideFields()).toEqual([{ title: 'A' }, { title: 'B' }])
    expect(pair.outsideFields()).toEqual([{ title: 'before' }, { title: 'B' }, { title: 'A' }])
    const { writes } = pair
    await pair.run()
    const { saves } = pair.links
    await pair.run()
    expect(pair.writes).toBe(writes)
    expect(pair.links.saves).toBe(saves)
  })
})
