import { describe, expect, it } from 'vitest'
import { createAbandonable } from '../shared/abandonable.ts'

describe('work that can be given up', () => {
  it('ends with its own outcome when nobody gives up', async () => {
    const abandonable = createAbandonable()
    expect(await abandonable.run(async () => 1)).toBe(1)
    await expect(abandonable.run(() => Promise.reject(new Error('own')))).rejects.toThrow('own')
  })

  it('ends at once when it is given up, all of it, with the first reason', async () => {
    const abandonable = createAbandonable()
    const never = () => new Promise(() => undefined)
    const works = Promise.allSettled([abandonable.run(never), abandonable.run(never)])
    abandonable.giveUp(new Error('lost'))
    abandonable.giveUp(new Error('too late'))
    expect(await works).toMatchObject([{ reason: { message: 'lost' } }, { reason: { message: 'lost' } }])
  })

  it('does not begin after that', async () => {
    const abandonable = createAbandonable()
    abandonable.giveUp(new Error('lost'))
    let begun = false
    const work = abandonable.run(async () => {
      begun = true
    })
    await expect(work).rejects.toThrow('lost')
    expect(begun).toBe(false)
  })

  it('harms nobody when it fails after it was given up', async () => {
    const abandonable = createAbandonable()
    const work = Promise.withResolvers<never>()
    const running = expect(abandonable.run(() => work.promise)).rejects.toThrow('lost')
    abandonable.giveUp(new Error('lost'))
    await running
    work.reject(new Error('later'))
    await new Promise((resolve) => setImmediate(resolve))
  })
})
