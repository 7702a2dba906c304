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

  test('with nothing new costs one listing outside and reads no item', async () => {
    const pair = new Pair()
    for (let number = 0; number < 30; number++) pair.inside.userCreate(`i${number}`, { title: `${number}` })
    await pair.run()
    await pair.run()
    const { reads, listings } = pair.outside
    const calls = pair.gate.calls
    await pair.run()
    expect(pair.outside.reads).toBe(reads)
    expect(pair.outside.listings).toBe(listings + 1)
    // State, identity, what is pending, both listings.
    expect(pair.gate.calls - calls).toBe(5)
  })

  test('a dry run says the same and writes nothing', async () => {
    const pair = new Pair()
    await pair.run()
    pair.inside.userCreate('a', { title: 'A' })
    pair.outside.userCreate({ title: 'B' })
    const { saves } = pair.links
    await pair.run({ dryRun: true })
    const planned = pair.reports.map(({ id, action, reason }) => ({ id, action, reason }))
    expect(pair.writes).toBe(0)
    expect(pair.links.saves).toBe(saves)
    expect(pair.reports.every(({ state }) => state === 'planned')).toBe(true)
    await pair.run()
    expect(pair.reports.map(({ id, action, reason }) => ({ id, action, reason }))).toEqual(planned)
    expect(planned.map(({ action }) => action)).toEqual(['takeIn', 'createOutside'])
  })

  test('one broken item does not stop the others', async () => {
    const pair = new Pair({ manners: { refuses: ({ title }) => (title === '3' ? 'title' : undefined) } })
    for (let number = 0; number < 8; number++) pair.inside.userCreate(`i${number}`, { title: `${number}` })
    await pair.run()
    expect(pair.outsideFields().map(({ title }) => title)).toEqual(['0', '1', '2', '4', '5', '6', '7'])
    expect(pair.reports.find(({ id }) => id === 'i3')).toMatchObject({ action: 'fail', reason: 'refused' })
  })

  test('what the outside cannot say is reported with its path and not sent', async () => {
    const pair = new Pair({
      manners: { project: (fields) => ('odd' in fields ? { refused: 'odd' } : { fields }) },
    })
    pair.inside.userCreate('a', { title: 'A', odd: true })
    await pair.run()
    expect(pair.outsideFields()).toEqual([])
    expect(pair.reports).toMatchObject([{ action: 'fail', reason: 'not-representable', detail: 'odd' }])
    pair.inside.userChange('a', { odd: null })
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'A' }])
  })

  test('goes on where it was cut: what is done is not done again', async () => {
    const pair = new Pair()
    for (let number = 0; number < 120; number++) {
      pair.inside.userCreate(`i${String(number).padStart(3, '0')}`, { title: `${number}` })
    }
    let creations = 0
    pair.outside.onWrite = () => {
      creations += 1
      if (creations === 70) pair.outside.manners.unavailable = 1
    }
    expect(await pair.run()).toMatchObject({ kind: 'cut' })
    expect(pair.outside.items.size).toBe(70)
    expect(pair.links.current.token).toBeUndefined()
    await pair.run()
    expect(pair.outside.items.size).toBe(120)
    expect(pair.outside.writes.created).toBe(120)
  })

  test('stops after five calls in a row without an answer', async () => {
    const pair = new Pair()
    for (let number = 0; number < 30; number++) pair.inside.userCreate(`i${number}`, { title: `${number}` })
    pair.outside.manners.loseAnswers = 30
    const result = await pair.run()
    expect(result).toMatchObject({ kind: 'cut', error: new Error('no answer') })
    expect(pair.reports[0]).toMatchObject({ state: 'open', error: new Error('no answer') })
    expect(pair.outside.writes.created).toBe(5)
    pair.outside.manners.loseAnswers = 0
    await pair.run()
    expect(pair.outside.writes.created).toBe(30)
  })

  test('stops between two items when it is asked to', async () => {
    const pair = new Pair()
    for (let number = 0; number < 10; number++) pair.inside.userCreate(`i${number}`, { title: `${number}` })
    const stop = new AbortController()
    pair.outside.onWrite = () => stop.abort(new Error('stopped'))
    expect(await pair.run({ signal: stop.signal })).toMatchObject({ kind: 'cut', open: 9 })
    expect(pair.outside.items.size).toBe(1)
  })

  test('a second run at the same time does not write over what the first has kept', async () => {
    const pair = new Pair()
    pair.inside.userCreate('a', { title: 'A' })
    await pair.run()
    pair.inside.userChange('a', { title: 'A2' })
    let second: Promise<unknown> = Promise.resolve()
    pair.outside.onWrite = () => {
      pair.outside.onWrite = () => undefined
      pair.inside.userChange('a', { title: 'A3' })
      second = pair.run().catch((error: unknown) => error)
    }
    const first = await pair.run().catch((error: unknown) => error)
    // One of them finds that the other has written the item's row, and gives up.
    expect([first, await second]).toContainEqual(expect.objectContaining({ code: 'store-conflict' }))
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'A3' }])
    expect(pair.insideFields()).toEqual([{ title: 'A3' }])
  })

  test('an expired token, repeated entries and unknown removals cause no write', async () => {
    const pair = new Pair()
    for (let number = 0; number < 5; number++) pair.inside.userCreate(`i${number}`, { title: `${number}` })
    await pair.run()
    const { writes } = pair
    pair.outside.manners.repeats = true
    pair.outside.expireTokens()
    await pair.run()
    expect(pair.writes).toBe(writes)
    expect(pair.inside.items.size).toBe(5)
  })

  test.each(['two-way', 'one-way'] as const)(
    'from %s to full: what changed meanwhile comes in, what lay outside stays where it is',
    async (mode) => {
      const pair = new Pair({ policy: { mode } })
      pair.inside.userCreate('a', { title: 'A', note: 'n' })
      await pair.run()
      pair.outside.userCreate({ title: 'foreign' })
      const [id = ''] = pair.outside.items.keys()
      pair.outside.userChange(id, { note: 'outside' })
      await pair.run()
      pair.policy = { ...pair.policy, mode: 'full' }
      await pair.run()
      await pair.run()
      expect(pair.insideFields()).toEqual([{ title: 'A', note: 'outside' }])
      expect(pair.outsideFields()).toEqual([{ title: 'A', note: 'outside' }, { title: 'foreign' }])
    },
  )

  test('import switched on again takes in what was changed in between', async () => {
    const pair = new Pair({ policy: { import: false } })
    pair.inside.userCreate('a', { title: 'A' })
    await pair.run()
    const [id = ''] = pair.outside.items.keys()
    pair.outside.userChange(id, { title: 'A2' })
    await pair.run()
    await pair.run()
    expect(pair.insideFields()).toEqual([{ title: 'A' }])
    pair.policy = { ...pair.policy, import: true }
    await pair.run()
    expect(pair.insideFields()).toEqual([{ title: 'A2' }])
  })

  test('settings that go back and forth around a run that was not finished lose no change', async () => {
    const pair = new Pair()
    pair.inside.userCreate('a', { title: 'A' })
    await pair.run()
    const [id = ''] = pair.outside.items.keys()
    pair.policy = { ...pair.policy, import: false }
    pair.outside.userChange(id, { title: 'A2' })
    pair.inside.userCreate('b', { title: 'B' })
    pair.outside.manners.loseAnswers = 1
    expect(await pair.run()).toMatchObject({ open: 1 })
    pair.policy = { ...pair.policy, import: true }
    await pair.run()
    expect(pair.insideFields()).toEqual([{ title: 'A2' }, { title: 'B' }])
  })

  test('what is new outside after a first run that was not finished comes in', async () => {
    const pair = new Pair()
    pair.inside.userCreate('a', { title: 'A' })
    pair.outside.manners.loseAnswers = 1
    expect(await pair.run()).toMatchObject({ open: 1 })
    pair.outside.userCreate({ title: 'new' })
    await pair.run()
    expect(pair.insideFields()).toEqual([{ title: 'A' }, { title: 'new' }])
  })

  test('a conflict ends when both sides are again as they were agreed', async () => {
    const pair = new Pair({ policy: { conflict: 'ask' } })
    pair.inside.userCreate('a', { title: 'A' })
    await pair.run()
    const [id = ''] = pair.outside.items.keys()
    pair.inside.userChange('a', { title: 'inside' })
    pair.outside.userChange(id, { title: 'outside' })
    await pair.run()
    expect(pair.link('a')?.conflict).toEqual(['title'])
    pair.inside.userChange('a', { title: 'A' })
    pair.outside.userChange(id, { title: 'A' })
    await pair.run()
    expect(pair.link('a')?.conflict).toBeUndefined()
  })
})
