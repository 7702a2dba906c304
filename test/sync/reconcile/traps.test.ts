import { describe, expect, test } from 'vitest'
import { Killed } from './memory/gate.ts'
import { Pair } from './memory/pair.ts'

/** One item on both sides, in step. */
async function inStep(...setting: ConstructorParameters<typeof Pair>): Promise<{ pair: Pair; id: string }> {
  const pair = new Pair(...setting)
  pair.inside.userCreate('x', { title: 'x', note: 'n' })
  await pair.run()
  await pair.run()
  const id = [...pair.outside.items.keys()][0] ?? ''
  return { pair, id }
}

/** Runs until the given step of a port; what the process would have done after that is not done. */
async function runKilledAt(pair: Pair, step: number): Promise<boolean> {
  pair.gate.killAt(step)
  try {
    await pair.run()
    return false
  } catch (error) {
    if (!(error instanceof Killed)) throw error
    return true
  } finally {
    pair.gate.killAt(undefined)
  }
}

describe('traps', () => {
  test('after a merge whose conditional write loses, the newer change outside is not written over', async () => {
    const { pair, id } = await inStep({ policy: { conflict: 'newest' } })
    pair.inside.userChange('x', { title: 'inside' })
    pair.outside.userChange(id, { note: 'first' })
    let raced = false
    pair.outside.onWrite = () => {
      if (raced) return
      raced = true
      pair.outside.userChange(id, { note: 'second' })
    }
    await pair.run()
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'inside', note: 'second' }])
    expect(pair.insideFields()).toEqual([{ title: 'inside', note: 'second' }])
  })

  test('after a lost race only what was really written is agreed, also when the run ends there', async () => {
    const { pair, id } = await inStep()
    pair.inside.userChange('x', { title: 'inside' })
    pair.outside.userChange(id, { note: 'first' })
    // Somebody is faster every time, so this run gives up.
    let number = 0
    pair.outside.onWrite = () => {
      number += 1
      pair.outside.userChange(id, { note: `other ${number}` })
    }
    expect(await pair.run()).toMatchObject({ kind: 'done', open: 1 })
    pair.outside.onWrite = () => undefined
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'inside', note: `other ${number}` }])
    expect(pair.insideFields()).toEqual(pair.outsideFields())
  })

  test.each([true, false])(
    'after a lost answer to a creation, what was sent is agreed and a newer change comes in (stamps: %s)',
    async (keepsStamps) => {
      const pair = new Pair({ manners: { keepsStamps } })
      await pair.run()
      pair.inside.userCreate('x', { title: 'x', note: 'n' })
      pair.outside.manners.loseAnswers = 1
      expect(await pair.run()).toMatchObject({ kind: 'done', open: 1 })
      const id = [...pair.outside.items.keys()][0] ?? ''
      pair.outside.userChange(id, { note: 'newer' })
      await pair.run()
      expect(pair.insideFields()).toEqual([{ title: 'x', note: 'newer' }])
      expect(pair.outsideFields()).toEqual([{ title: 'x', note: 'newer' }])
      expect(pair.links.history.size).toBe(0)
    },
  )

  test('full mode never takes in its own creation, wherever the run that made it was killed', async () => {
    let killed = true
    for (let step = 1; killed; step++) {
      const pair = new Pair()
      await pair.run()
      pair.inside.userCreate('x', { title: 'x' })
      killed = await runKilledAt(pair, step)
      await pair.run()
      await pair.run()
      expect(pair.insideFields()).toEqual([{ title: 'x' }])
      expect(pair.outsideFields()).toEqual([{ title: 'x' }])
      expect(step).toBeLessThan(200)
    }
  })

  test('a creation that arrives after the run that looked for it makes no second item', async () => {
    const pair = new Pair()
    await pair.run()
    pair.inside.userCreate('x', { title: 'x' })
    pair.outside.manners.delayCreations = 1
    await pair.run()
    pair.inside.userChange('x', { title: 'x2' })
    await pair.run()
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'x2' }])
    expect(pair.insideFields()).toEqual([{ title: 'x2' }])
  })

  test('an older creation that arrives in place of a newer one does not bring old values back', async () => {
    const pair = new Pair({ manners: { keepsStamps: false, holdDelayed: true } })
    await pair.run()
    pair.inside.userCreate('x', { title: 'old' })
    pair.outside.manners.delayCreations = 1
    await pair.run()
    pair.inside.userChange('x', { title: 'new' })
    pair.outside.manners.delayCreations = 1
    await pair.run()
    pair.outside.manners.holdDelayed = false
    await pair.outside.find('x~0')
    expect(pair.outsideFields()).toEqual([{ title: 'old' }])
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'new' }])
    expect(pair.insideFields()).toEqual([{ title: 'new' }])
  })

  test('a creation that was refused drops its intent, and is tried again only when the item changes', async () => {
    const pair = new Pair({ manners: { refuses: ({ title }) => (title === 'bad' ? 'title' : undefined) } })
    pair.inside.userCreate('x', { title: 'bad' })
    pair.inside.userCreate('y', { title: 'good' })
    expect(await pair.run()).toMatchObject({ kind: 'done', open: 0, counts: { fail: 1, createOutside: 1 } })
    expect(pair.link('x')?.intent).toBeUndefined()
    expect(pair.link('x')?.failed).toMatchObject({ reason: 'refused', detail: 'title' })
    let tries = 0
    pair.outside.onWrite = () => {
      tries += 1
    }
    pair.outside.expireTokens()
    await pair.run()
    expect(tries).toBe(0)
    pair.inside.userChange('x', { title: 'better' })
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'good' }, { title: 'better' }])
    expect(pair.link('x')?.failed).toBeUndefined()
  })

  test('a change that was refused is tried again when the outside changes', async () => {
    const { pair, id } = await inStep()
    pair.outside.manners.refuses = ({ note }) => (note === 'n' ? 'note' : undefined)
    pair.inside.userChange('x', { title: 'x2' })
    await pair.run()
    expect(pair.link('x')?.failed?.reason).toBe('refused')
    pair.outside.userChange(id, { note: 'other' })
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'x2', note: 'other' }])
    expect(pair.insideFields()).toEqual([{ title: 'x2', note: 'other' }])
  })

  test('a change outside between two writes of one merge is kept, killed at any step', async () => {
    let killed = true
    for (let step = 1; killed; step++) {
      const { pair, id } = await inStep()
      pair.inside.userChange('x', { title: 'inside' })
      pair.outside.userChange(id, { note: 'outside' })
      killed = await runKilledAt(pair, step)
      pair.outside.userChange(id, { note: 'newer' })
      await pair.run()
      expect(pair.outsideFields()).toEqual([{ title: 'inside', note: 'newer' }])
      expect(pair.insideFields()).toEqual([{ title: 'inside', note: 'newer' }])
    }
  })

  test('our own write is told from a newer change by its stamp, when every field was changed again', async () => {
    const { pair, id } = await inStep({ policy: { conflict: 'leading' } })
    pair.inside.userChange('x', { title: 'sent' })
    pair.outside.manners.loseAnswers = 1
    await pair.run()
    pair.outside.userChange(id, { title: 'newer' })
    await pair.run()
    expect(pair.insideFields()).toEqual([{ title: 'newer', note: 'n' }])
    expect(pair.outsideFields()).toEqual([{ title: 'newer', note: 'n' }])
  })

  test('a server that stores other values than it was sent gets no endless writes', async () => {
    const shout = (title: unknown) => String(title).toUpperCase()
    for (const answersVersions of [true, false]) {
      const { pair, id } = await inStep({
        manners: {
          answersVersions,
          rewrites: true,
          store: (fields) => ({ ...fields, title: shout(fields.title) }),
        },
      })
      await pair.run()
      const { writes } = pair
      pair.outside.expireTokens()
      await pair.run()
      expect(pair.writes).toBe(writes)
      // With the version of our own write it is certain whose doing it was; else the history keeps what was replaced.
      expect(pair.insideFields()).toEqual([{ title: answersVersions ? 'x' : 'X', note: 'n' }])
      expect(pair.links.history.size).toBe(answersVersions ? 0 : 1)
      // What the server made of the title is no change either when somebody changes another field.
      pair.outside.userChange(id, { note: 'other' })
      await pair.run()
      expect(pair.insideFields()).toEqual([{ title: answersVersions ? 'x' : 'X', note: 'other' }])
    }
  })

  test('new versions of the same content cause no write', async () => {
    const { pair, id } = await inStep()
    const { writes } = pair
    pair.outside.userTouch(id)
    await pair.run()
    expect(pair.writes).toBe(writes)
    pair.inside.userChange('x', { title: 'x2' })
    const { reads } = pair.outside
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'x2', note: 'n' }])
    expect(pair.outside.reads).toBe(reads)
  })

  test('a copy that carries the mark of an item is an item of its own', async () => {
    const { pair, id } = await inStep()
    const mark = pair.outside.items.get(id)?.mark ?? ''
    pair.outside.userCreate({ title: 'copy' }, { mark })
    await pair.run()
    expect(pair.insideFields()).toEqual([{ title: 'x', note: 'n' }, { title: 'copy' }])
    expect(pair.link('x')?.outside?.id).toBe(id)
  })

  test('of several copies of an item in another collection one is linked, however many others lie between', async () => {
    const { pair, id } = await inStep()
    const mark = pair.outside.items.get(id)?.mark ?? ''
    // What was agreed is of the old collection, so the mark is all there is.
    pair.outside.manners.identity = 'another folder'
    for (let number = 0; number < 60; number++) pair.outside.userCreate({ title: `${number}` })
    pair.outside.userCreate({ title: 'x', note: 'copy' }, { mark })
    const held = await pair.run()
    if (held.kind !== 'held') throw new Error(held.kind)
    await pair.run({ released: held.held.map(({ digest }) => digest) })
    await pair.run()
    expect(pair.link('x')?.outside?.id).toBe(id)
    expect(pair.inside.items.size).toBe(1)
    expect(pair.outside.items.size).toBe(62)
  })

  test('what was moved away and back has another id and is the same item', async () => {
    const { pair, id } = await inStep()
    const mark = pair.outside.items.get(id)?.mark ?? ''
    pair.outside.userDelete(id)
    await pair.run()
    expect(pair.link('x')).toMatchObject({ deletedExternally: true, active: false })
    pair.outside.userCreate({ title: 'x', note: 'changed elsewhere' }, { mark })
    await pair.run()
    expect(pair.insideFields()).toEqual([{ title: 'x', note: 'changed elsewhere' }])
    expect(pair.link('x')).toMatchObject({ deletedExternally: false, active: true })
  })

  test('what is no longer listed but still there was not deleted', async () => {
    const { pair, id } = await inStep()
    pair.outside.manners.hidden = new Set([id])
    pair.outside.userChange(id, { title: 'x2' })
    await pair.run()
    expect(pair.link('x')).toMatchObject({ deletedExternally: false, active: true })
    expect(pair.insideFields()).toEqual([{ title: 'x2', note: 'n' }])
  })

  test('a listing that is not complete counts for nothing', async () => {
    const { pair } = await inStep()
    for (let number = 0; number < 3; number++) pair.outside.userCreate({ title: `new ${number}` })
    pair.outside.expireTokens()
    pair.outside.manners.incomplete = true
    const before = pair.links.current
    expect(await pair.run()).toEqual({ kind: 'incomplete' })
    expect(pair.links.current).toEqual(before)
    expect(pair.insideFields()).toEqual([{ title: 'x', note: 'n' }])
  })

  test.each([
    ['of a write', (pair: Pair, id: string) => pair.outside.items.delete(id)],
    [
      'of a look after a lost race',
      (pair: Pair, id: string) => {
        pair.outside.userTouch(id)
        queueMicrotask(() => pair.outside.items.delete(id))
      },
    ],
  ])('an answer %s that an item is not there is not believed before a listing says so', async (_, vanish) => {
    const { pair, id } = await inStep()
    pair.inside.userChange('x', { title: 'x2' })
    const item = pair.outside.items.get(id)
    pair.outside.onWrite = () => {
      vanish(pair, id)
    }
    expect(await pair.run()).toMatchObject({ open: 1 })
    expect(pair.link('x')).toMatchObject({ deletedExternally: false })
    pair.outside.onWrite = () => undefined
    if (item !== undefined) pair.outside.items.set(id, item)
    await pair.run()
    expect(pair.outsideFields()).toEqual([{ title: 'x2', note: 'n' }])
  })

  test('a name that a server keeps in its bin is not taken again', async () => {
    const { pair, id } = await inStep({ policy: { mode: 'one-way' } })
    pair.outside.userDelete(id)
    await pair.run()
    pair.inside.userChange('x', { title: 'x2' })
    await pair.run()
    const [made] = [...pair.outside.items.values()]
    expect(made).toMatchObject({ fields: { title: 'x2', note: 'n' }, mark: 'x~1' })
  })
})
