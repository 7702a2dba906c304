import { describe, expect, it } from 'vitest'
import { StegError } from '../../../shared/errors/error.ts'
import { instantClock } from '../../clock.ts'
import { type Fault, type Item, memorySite } from './memory.ts'

const items = (lanes: string): Item[] =>
  Array.from(lanes, (lane) => ({ id: `i${lane}`, lane, content: 'a', bad: false }))

describe('lanes beside each other', () => {
  it("one lane's trouble does not stop the others, and the run says what it was", async () => {
    const site = memorySite(instantClock(), 'content')
    const first: Fault[] = ['blocked', 'unclear', 'unclear', 'unclear']
    site.meet(() => first.shift() ?? 'none')
    site.add(items('abcdef'))
    const failed: string[] = []
    await expect(site.run({ width: 1, failed: (lane) => failed.push(lane) })).rejects.toMatchObject({
      code: 'sage-unavailable',
    })
    expect(failed).toEqual(['a', 'b'])
    expect(site.entries.map(({ lane }) => lane)).toEqual(['c', 'd', 'e', 'f'])
  })

  it('after five failures in a row nothing more is begun, also of lanes under way', async () => {
    const site = memorySite(instantClock(), 'content')
    site.meet(() => 'blocked')
    site.add(items('abcdefghij'))
    await expect(site.run({ width: 1 })).rejects.toMatchObject({ code: 'sage-unavailable' })
    expect(site.counts.sends).toBe(5)
  })

  it('a lane that is not certain is taken up again when it is, and holds nobody up', async () => {
    const clock = instantClock()
    const site = memorySite(clock, 'content')
    const first: Fault[] = ['late']
    site.meet(() => first.shift() ?? 'none')
    site.add(items('ab'))
    const began = clock.now()
    await site.run({ width: 1 })
    expect(site.entries.map(({ lane }) => lane)).toEqual(['b', 'a'])
    expect(clock.now() - began).toBeGreaterThanOrEqual(55_000)
    expect(clock.now() - began).toBeLessThan(60_000)
  })

  it('what is not certain is waited for also when another lane has failed', async () => {
    const site = memorySite(instantClock(), 'content')
    const first: Fault[] = ['late', 'blocked']
    site.meet(() => first.shift() ?? 'none')
    site.add(items('ab'))
    await expect(site.run({ width: 1 })).rejects.toMatchObject({ code: 'sage-unavailable' })
    expect(site.states()).toEqual({ ia: 'delivered', ib: 'pending' })
  })

  it('leaves a lane alone that somebody else is at, and comes back', async () => {
    const clock = instantClock()
    const site = memorySite(clock, 'content')
    site.add(items('a'))
    let met = false
    const began = clock.now()
    await site.run({
      async step(effect) {
        const held = site.held('ia')
        // Somebody else writes between the look and the mark.
        if (!met && site.counts.reads === 1) {
          met = true
          await site
            .deliveryOf(async (one) => one())
            .store.write([
              { event: 'send', held, attempt: { number: 1, deadline: 0, settledAt: 0, seen: [] } },
            ])
        }
        return effect()
      },
    })
    expect(met).toBe(true)
    expect(site.states()).toEqual({ ia: 'delivered' })
    expect(clock.now() - began).toBeGreaterThanOrEqual(2_000)
  })

  it('a stop ends it between two items, and a mistake at once', async () => {
    const stop = new AbortController()
    const site = memorySite(instantClock(), 'content')
    site.add([...items('a'), { id: 'second', lane: 'a', content: 'b', bad: false }])
    site.meet(() => {
      stop.abort(new Error('stopped'))
      return 'none'
    })
    await expect(site.run({ signal: stop.signal })).rejects.toThrow('stopped')
    expect(site.states()).toEqual({ ia: 'delivered', second: 'pending' })

    const other = memorySite(instantClock(), 'content')
    other.add(items('ab'))
    other.meet(() => {
      throw new TypeError('mistake')
    })
    await expect(other.run({ width: 1 })).rejects.toThrow('mistake')
    expect(other.states()).toEqual({ ia: 'sending', ib: 'pending' })
  })

  it("a stop is nobody's failure, whatever its reason", async () => {
    const stop = new AbortController()
    const site = memorySite(instantClock(), 'content')
    site.add([...items('a'), { id: 'second', lane: 'a', content: 'b', bad: false }])
    const reason = new StegError('agent-missing', {})
    site.meet(() => {
      stop.abort(reason)
      return 'none'
    })
    const failed: string[] = []
    await expect(site.run({ signal: stop.signal, failed: (lane) => failed.push(lane) })).rejects.toBe(reason)
    expect(failed).toEqual([])
  })

  it('gives up waiting after three minutes', async () => {
    const clock = instantClock()
    const site = memorySite(clock, 'content')
    site.meet(() => {
      throw new StegError('deadline-exceeded', { target: 'x', seconds: 20 })
    })
    site.add(items('a'))
    const began = clock.now()
    await site.run().catch(() => undefined)
    expect(clock.now() - began).toBeLessThan(4 * 60_000)
  })
})
