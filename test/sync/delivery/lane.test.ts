import { describe, expect, it } from 'vitest'
import { deliverLane, type Tries } from '../../../functions/sync/delivery/lane.ts'
import type { DeliveryNews } from '../../../functions/sync/delivery/port.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import { instantClock } from '../../clock.ts'
import { type Entry, type Fault, type Held, type Item, memorySite } from './memory.ts'

const item = (id: string, fields: Partial<Item> = {}): Item => ({
  id,
  lane: 'x',
  content: id,
  bad: false,
  ...fields,
})

function siteWith(items: readonly Item[], ...first: Fault[]) {
  const clock = instantClock()
  const site = memorySite(clock, 'content', { perRun: 3, inAll: 7 })
  site.add(items)
  site.meet(() => first.shift() ?? 'none')
  return site
}
const kinds = (news: readonly DeliveryNews<Held, Entry>[]) => news.map(({ kind }) => kind)

describe('one lane', () => {
  it.each([
    ['content', 1],
    ['mark', 0],
    ['key', 0],
  ] as const)(
    'a target that recognises by %s: one transaction and one call for each item, %i readings',
    async (recognises, reads) => {
      const site = memorySite(instantClock(), recognises)
      site.add(['a', 'b', 'c', 'd', 'e'].map((id) => item(id)))
      await site.run()
      // The last confirmation has no mark to go with.
      expect(site.counts).toEqual({ writes: 6, reads, sends: 5 })
      expect(new Set(Object.values(site.states()))).toEqual(new Set(['delivered']))
    },
  )

  it.each<[Fault, number, readonly string[]]>([
    ['unclear-after', 1, ['indeterminate', 'found']],
    ['signed-out-after', 1, ['indeterminate', 'found']],
    ['gateway-after', 1, ['indeterminate', 'found']],
    ['cut-after', 1, ['indeterminate', 'found']],
    ['lost-after', 1, ['indeterminate', 'found']],
    ['unclear', 2, ['indeterminate', 'absent', 'delivered']],
    ['signed-out', 2, ['indeterminate', 'absent', 'delivered']],
    ['cut', 2, ['indeterminate', 'waits', 'absent', 'delivered']],
    ['lost', 2, ['indeterminate', 'waits', 'absent', 'delivered']],
    ['cut-late', 1, ['indeterminate', 'waits', 'found']],
    ['late', 1, ['indeterminate', 'waits', 'found']],
  ])('%s: sent %i times, and what is told', async (fault, sends, told) => {
    const site = siteWith([item('a')], fault)
    const news: DeliveryNews<Held, Entry>[] = []
    await site.run({ news })
    expect(site.entries).toHaveLength(1)
    expect(site.counts.sends).toBe(sends)
    expect(kinds(news)).toEqual(told)
  })

  it('a refusal of a repeat is believed only when reading back does not show the item', async () => {
    const site = siteWith([item('a')], 'unclear')
    const refusing = { ...site.deliveryOf(async (effect) => effect()) }
    const { target } = refusing
    let sent = 0
    const overlapping = {
      ...refusing,
      target: {
        ...target,
        // The first request arrives after it was found absent, and the second is refused for it.
        async send(held: Held, notAfter: number) {
          sent += 1
          if (sent === 1) return target.send(held, notAfter)
          await target.send(held, notAfter)
          return target.send({ ...held, row: { ...held.row, bad: true } }, notAfter)
        },
      },
    }
    const items = [site.held('a')]
    await deliverLane(overlapping, partsOf(site.clock), { items })
    expect(site.entries).toHaveLength(1)
    expect(site.states()).toEqual({ a: 'delivered' })
  })

  it('a refusal ends the item and nothing else', async () => {
    const site = siteWith([item('a', { bad: true }), item('b')])
    const news: DeliveryNews<Held, Entry>[] = []
    await site.run({ news })
    expect(site.states()).toEqual({ a: 'refused', b: 'delivered' })
    expect(kinds(news)).toEqual(['refused', 'delivered'])
  })

  it.each<Fault>(['not-sent', 'blocked'])(
    '%s: the attempt is taken back, and the lane ends',
    async (fault) => {
      const site = siteWith([item('a'), item('b')], fault)
      await expect(site.run()).rejects.toSatisfy((error) => isStegError(error))
      expect(site.counts.sends).toBe(1)
      expect(site.states()).toEqual({ a: 'pending', b: 'pending' })
      await site.run()
      expect(site.entries.map(({ of }) => of)).toEqual(['a', 'b'])
    },
  )

  it('after three requests without a clear answer the rest is left to the next run, and given up after seven', async () => {
    const site = siteWith([item('a'), item('b')], ...Array<Fault>(7).fill('unclear'))
    await expect(site.run()).rejects.toMatchObject({ code: 'sage-unavailable' })
    expect([site.counts.sends, site.states()]).toEqual([3, { a: 'sending', b: 'pending' }])
    await expect(site.run()).rejects.toMatchObject({ code: 'sage-unavailable' })
    await site.run()
    expect([site.counts.sends, site.states()]).toEqual([8, { a: 'refused', b: 'delivered' }])
    expect(site.errors().a).toBe('booking-given-up')
  })

  it('what arrived long after it was found absent is noticed before it is sent again', async () => {
    const site = siteWith([item('a')], 'unclear', 'not-sent')
    await expect(site.run()).rejects.toMatchObject({ code: 'target-unreachable' })
    site.addForeign('x', 'a')
    await site.run()
    expect([site.counts.sends, site.states()]).toEqual([2, { a: 'delivered' }])
  })

  it('writes the confirmation of what was sent also when the next item is not begun', async () => {
    const site = siteWith([item('a'), item('b')])
    let asked = 0
    const parts = { ...partsOf(site.clock), mayBegin: () => ++asked === 1 }
    await deliverLane(
      site.deliveryOf(async (effect) => effect()),
      parts,
      {
        items: [site.held('a'), site.held('b')],
      },
    )
    expect(site.states()).toEqual({ a: 'delivered', b: 'pending' })
  })

  it('uses a reading that was made already', async () => {
    const site = siteWith([item('a')])
    await deliverLane(
      site.deliveryOf(async (effect) => effect()),
      partsOf(site.clock),
      {
        items: [site.held('a')],
        reading: { at: site.clock.now(), found: [] },
      },
    )
    expect(site.counts).toMatchObject({ reads: 0, sends: 1 })
  })
})

function partsOf(clock: ReturnType<typeof instantClock>) {
  const tries: Tries = new Map()
  return { clock, tries, mayBegin: () => true }
}
