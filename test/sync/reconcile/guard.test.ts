import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  defaultGuard,
  holdDisappearances,
  toProportion,
} from '../../../functions/sync/reconcile/rules/guard.ts'
import { limitOf } from '../../../functions/sync/rules/guard.ts'
import { Pair, plainDigest } from './memory/pair.ts'

describe('the limit of what may disappear in one run', () => {
  test.each([
    { share: 0.1, total: 0, limit: 3 },
    { share: 0.1, total: 1, limit: 3 },
    { share: 0.1, total: 3, limit: 3 },
    { share: 0.1, total: 10, limit: 3 },
    { share: 0.1, total: 100, limit: 10 },
    { share: 0.5, total: 10, limit: 5 },
    // Never all of them.
    { share: 1, total: 3, limit: 3 },
    { share: 1, total: 4, limit: 3 },
    { share: 1, total: 19, limit: 18 },
    // More than half of at least 20 is always held.
    { share: 1, total: 20, limit: 10 },
    { share: 1, total: 21, limit: 10 },
    { share: 1, total: 1000, limit: 500 },
  ])('$share of $total is $limit', ({ share, total, limit }) => {
    expect(limitOf(total, toProportion({ share, always: 3 }))).toBe(limit)
  })

  test('holds whenever more than half of at least 20 disappear, whatever the account allows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 0, max: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (total, asked, share) => {
          const ids = Array.from({ length: Math.min(asked, total) }, (_, index) => `i${index}`)
          const held = holdDisappearances({ share, always: 3 }, { side: 'outside', ids }, total, plainDigest)
          if (ids.length > total / 2) expect(held).toBeDefined()
          if (ids.length <= 3) expect(held).toBeUndefined()
        },
      ),
    )
  })

  test('a digest is for exactly these items, in whatever order', () => {
    const hold = (ids: string[]) =>
      holdDisappearances({ share: 0, always: 0 }, { side: 'inside', ids }, 10, plainDigest)?.digest
    expect(hold(['b', 'a'])).toBe(hold(['a', 'b', 'a']))
    expect(hold(['a', 'b'])).not.toBe(hold(['a', 'c']))
  })
})

async function inStep(count: number): Promise<Pair> {
  const pair = new Pair({ guard: defaultGuard })
  for (let number = 0; number < count; number++) pair.inside.userCreate(`i${number}`, { title: `${number}` })
  await pair.run()
  await pair.run()
  return pair
}

describe('a run that would make many items disappear', () => {
  test('is held when the outside comes back empty, and nothing is done, again and again', async () => {
    const pair = await inStep(30)
    for (const id of [...pair.outside.items.keys()]) pair.outside.userDelete(id)
    pair.inside.userCreate('new', { title: 'new' })
    for (let again = 0; again < 2; again++) {
      expect(await pair.run()).toMatchObject({
        kind: 'held',
        held: [{ kind: 'disappearances', side: 'outside', count: 30, total: 30, limit: 3 }],
      })
    }
    expect(pair.outside.items.size).toBe(0)
    expect([...pair.links.links.values()].some(({ link }) => link.deletedExternally)).toBe(false)
  })

  test('is released for exactly what was shown', async () => {
    const pair = await inStep(30)
    const ids = [...pair.outside.items.keys()]
    for (const id of ids.slice(0, 10)) pair.outside.userDelete(id)
    const held = await pair.run()
    if (held.kind !== 'held') throw new Error(held.kind)
    const released = held.held.map(({ digest }) => digest)
    pair.outside.userDelete(ids[10] ?? '')
    expect(await pair.run({ released })).toMatchObject({ kind: 'held', held: [{ count: 11 }] })
    const next = await pair.run()
    if (next.kind !== 'held') throw new Error(next.kind)
    expect(await pair.run({ released: next.held.map(({ digest }) => digest) })).toMatchObject({
      kind: 'done',
      counts: { flagDeletedExternally: 11 },
    })
    expect(pair.inside.items.size).toBe(30)
  })

  test('rejected: what is gone outside is made there again', async () => {
    const pair = await inStep(30)
    for (const id of [...pair.outside.items.keys()].slice(0, 10)) pair.outside.userDelete(id)
    const held = await pair.run()
    if (held.kind !== 'held') throw new Error(held.kind)
    const rejected = held.held.map(({ digest }) => digest)
    expect(await pair.run({ rejected })).toMatchObject({ kind: 'done', counts: { createOutside: 10 } })
    expect(pair.outside.items.size).toBe(30)
    await pair.run()
    expect(await pair.run()).toMatchObject({ kind: 'done', counts: {} })
  })

  test('is held when many are deleted inside; rejected, they stay outside and never come in again', async () => {
    const pair = await inStep(30)
    for (let number = 0; number < 10; number++) pair.inside.userDelete(`i${number}`)
    const held = await pair.run()
    expect(held).toMatchObject({ kind: 'held', held: [{ side: 'inside', count: 10 }] })
    if (held.kind !== 'held') throw new Error(held.kind)
    expect(pair.outside.items.size).toBe(30)
    await pair.run({ rejected: held.held.map(({ digest }) => digest) })
    expect(pair.outside.items.size).toBe(30)
    const [first = ''] = pair.outside.items.keys()
    pair.outside.userChange(first, { title: 'changed' })
    await pair.run()
    expect(pair.inside.items.size).toBe(20)
    expect(pair.outside.items.size).toBe(30)
  })

  test('a view that has moved is no disappearance', async () => {
    const pair = await inStep(30)
    pair.outside.manners.hidden = new Set(pair.outside.items.keys())
    pair.outside.expireTokens()
    expect(await pair.run()).toMatchObject({ kind: 'done' })
    expect([...pair.links.links.values()].every(({ link }) => link.active)).toBe(true)
  })
})

describe('another collection under the same account', () => {
  test('is held; released, items are matched and nothing is deleted on either side', async () => {
    const pair = await inStep(5)
    const old = [...pair.outside.items.values()]
    pair.outside.items.clear()
    pair.outside.manners.identity = 'another folder'
    // One carries our mark, one only looks the same, one is a stranger.
    pair.outside.userCreate(old[0]?.fields ?? {}, { mark: old[0]?.mark ?? '' })
    pair.outside.userCreate(old[1]?.fields ?? {})
    pair.outside.userCreate({ title: 'stranger' })
    pair.match = ({ title }) => String(title)
    const held = await pair.run()
    expect(held).toMatchObject({ kind: 'held', held: [{ kind: 'identity', now: 'another folder' }] })
    if (held.kind !== 'held') throw new Error(held.kind)
    const released = held.held.map(({ digest }) => digest)
    expect(await pair.run({ released, dryRun: true })).toMatchObject({
      counts: { adopt: 2, createOutside: 3, remember: 1 },
    })
    expect(await pair.run({ released })).toMatchObject({
      kind: 'done',
      open: 0,
      counts: { adopt: 2, createOutside: 3, remember: 1 },
    })
    expect(pair.inside.items.size).toBe(5)
    expect(pair.outside.items.size).toBe(6)
    const { writes } = pair
    expect(await pair.run()).toMatchObject({ kind: 'done' })
    expect(pair.writes).toBe(writes)
  })
})
