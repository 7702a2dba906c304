import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTargets } from '../../../agent/relay/targets.ts'
import { stateIn } from '../../../agent/state/state.ts'
import { systemClock } from '../../../shared/clock.ts'
import { temporaryFolder } from '../temporary.ts'

async function setup() {
  const dir = await temporaryFolder()
  const state = stateIn(dir, systemClock)
  const pinned: string[] = []
  const time = { ms: 0 }
  const targets = () =>
    createTargets(
      state,
      ['sage'],
      () => time.ms,
      (_name, base) => pinned.push(base),
    )
  const stored = async () => (await state.pins.read())?.pins
  return { dir, state, targets, pinned, stored, time }
}

describe('pinning of targets', () => {
  it('pins the first address before it is called, and remembers it after a restart', async () => {
    const { targets, stored } = await setup()
    expect((await targets().resolve('sage', 'http://sage.example/api/')).href).toBe('http://sage.example/api')
    expect(await stored()).toEqual({ sage: 'http://sage.example/api' })
    await expect(targets().resolve('sage', 'http://other.example/')).rejects.toMatchObject({
      code: 'target-not-allowed',
      params: { pinned: 'http://sage.example/api', asked: 'http://other.example' },
    })
  })

  it('lets only one of two first addresses win', async () => {
    const { targets, stored } = await setup()
    const one = targets()
    const results = await Promise.allSettled([
      one.resolve('sage', 'http://first.example'),
      one.resolve('sage', 'http://second.example'),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await stored()).toEqual({ sage: 'http://first.example' })
  })

  it('notices an address that is allowed while the agent runs', async () => {
    const { state, targets, stored } = await setup()
    const running = targets()
    await running.resolve('sage', 'http://sage.example')
    await expect(running.resolve('sage', 'http://new.example/api')).rejects.toThrow()
    await state.allowed.write({ v: 1, urls: ['http://new.example'] })
    await running.resolve('sage', 'http://new.example/api')
    expect(await stored()).toEqual({ sage: 'http://new.example/api' })
  })

  it('writes only when something changes', async () => {
    const { targets, pinned, dir } = await setup()
    const running = targets()
    await running.resolve('sage', 'http://sage.example')
    await rm(join(dir, 'targets.json'))
    await running.resolve('sage', 'http://sage.example')
    expect(pinned).toEqual(['http://sage.example'])
    await expect(readFile(join(dir, 'targets.json'))).rejects.toThrow()
  })

  it('calls nothing when the address cannot be stored', async () => {
    const { dir, state } = await setup()
    const broken = { ...state, pins: stateIn(join(dir, 'missing'), systemClock).pins }
    const targets = createTargets(
      broken,
      ['sage'],
      () => 0,
      () => undefined,
    )
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(targets.resolve('sage', 'http://sage.example')).rejects.toMatchObject({
        code: 'request-refused',
      })
    }
    await chmod(dir, 0o700)
  })

  it('calls nothing when the pins cannot be read', async () => {
    const { dir, targets } = await setup()
    await writeFile(join(dir, 'targets.json'), '{"v":1,"pins":{"sage"')
    await expect(targets().resolve('sage', 'http://sage.example')).rejects.toMatchObject({
      code: 'state-unreadable',
    })
  })
})

describe('limits set on the machine', () => {
  const base = new URL('http://sage.example/api')

  it('count within a second, and are not read for each call', async () => {
    const { state, targets, time } = await setup()
    let reads = 0
    const counted = { ...state.allowed, read: () => state.allowed.read().finally(() => reads++) }
    const running = createTargets(
      { ...state, allowed: counted },
      ['sage'],
      () => time.ms,
      () => undefined,
    )
    for (let call = 0; call < 20; call++) expect(await running.limitsOf(base)).toEqual({})
    expect(reads).toBe(1)
    await state.allowed.write({ v: 1, urls: [], limits: { 'http://sage.example': { timeoutSeconds: 5 } } })
    time.ms = 1000
    expect(await running.limitsOf(base)).toEqual({ timeoutSeconds: 5 })
    expect(await targets().limitsOf(base)).toEqual({ timeoutSeconds: 5 })
  })

  it('are read again after they could not be read', async () => {
    const { state, targets, time, dir } = await setup()
    const running = targets()
    await writeFile(join(dir, 'allowed.json'), '{"v":1,')
    await expect(running.limitsOf(base)).rejects.toMatchObject({ code: 'state-unreadable' })
    await state.allowed.write({ v: 1, urls: [] })
    time.ms = 1000
    expect(await running.limitsOf(base)).toEqual({})
  })
})
