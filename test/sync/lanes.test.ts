import { describe, expect, it } from 'vitest'
import { inLanes } from '../../functions/sync/lanes.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('lanes', () => {
  it('returns results in order and never works on more at a time than it may', async () => {
    let now = 0
    let most = 0
    const results = await inLanes([3, 1, 2, 0, 4], { width: 2 }, async (turns) => {
      most = Math.max(most, ++now)
      for (let left = turns; left > 0; left--) await turn()
      now -= 1
      return turns * 10
    })
    expect(results).toEqual([30, 10, 20, 0, 40])
    expect(most).toBe(2)
  })

  it('begins nothing after the first failure, tells the others, and throws it when they have ended', async () => {
    const begun: number[] = []
    const told: unknown[] = []
    const ended: number[] = []
    const failure = new Error('first')
    const work = inLanes([0, 1, 2, 3], { width: 2 }, async (item, signal) => {
      begun.push(item)
      if (item === 0) throw failure
      await turn()
      told.push(signal.reason)
      ended.push(item)
      throw new Error('second')
    })
    await expect(work).rejects.toBe(failure)
    expect([begun, ended, told]).toEqual([[0, 1], [1], [failure]])
  })

  it('a stop begins nothing more and throws its reason', async () => {
    const stop = new AbortController()
    const begun: number[] = []
    const work = inLanes([0, 1, 2], { width: 1, signal: stop.signal }, async (item) => {
      begun.push(item)
      stop.abort(new Error('stopped'))
    })
    await expect(work).rejects.toThrow('stopped')
    expect(begun).toEqual([0])
  })

  it('with nothing to do does nothing', async () => {
    expect(await inLanes([], { width: 4 }, async () => 1)).toEqual([])
  })
})
