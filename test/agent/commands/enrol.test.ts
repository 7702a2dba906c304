import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { enrol } from '../../../agent/commands/enrol.ts'
import { connectHub } from '../../../agent/connection/hub.ts'
import { createHubClock } from '../../../agent/connection/hub-clock.ts'
import { straight } from '../../../agent/network/outbound.ts'
import { takeLock } from '../../../agent/state/lock.ts'
import { stateIn } from '../../../agent/state/state.ts'
import { systemClock } from '../../../shared/clock.ts'
import { type FakeHub, fakeHub, TOKEN } from '../fake-hub.ts'
import { temporaryFolder } from '../temporary.ts'

async function setup() {
  const hub = await fakeHub()
  const dir = join(await temporaryFolder(), 'state')
  const state = stateIn(dir, systemClock)
  return { hub, dir, state }
}

function attempt(
  hub: FakeHub,
  state: ReturnType<typeof stateIn>,
  change: Partial<Parameters<typeof enrol>[0]> = {},
) {
  return enrol({
    state,
    hub: connectHub({
      url: hub.url,
      hubClock: createHubClock(systemClock),
      localNow: Date.now,
      language: 'en',
      outbound: straight,
    }),
    hubUrl: hub.url,
    token: TOKEN,
    name: 'Agent 1',
    host: 'server1',
    version: '0.1.0',
    category: 'sage',
    clock: systemClock,
    ...change,
  })
}

describe('enrolling', () => {
  it('stores who the agent is, its key and the targets the tenant has set', async () => {
    const { hub, state, dir } = await setup()
    hub.targets = { sage: 'https://sage.example/hrportalapi' }
    await attempt(hub, state)
    expect(hub.enrolled).toMatchObject([
      { request: { name: 'Agent 1', host: 'server1', wire: 2, roles: ['sage'] } },
    ])
    expect(await state.enrolment.read()).toMatchObject({
      hub: hub.url,
      agentId: 't1-agent1',
      name: 'Agent 1',
      tenant: { id: 't1', name: 'Firma GmbH' },
      category: 'sage',
    })
    expect(await state.pins.read()).toEqual({ v: 1, pins: { sage: 'https://sage.example/hrportalapi' } })
    expect((await readdir(dir)).sort()).toEqual([
      'key.pem',
      'lock.db',
      'seal-key.pem',
      'state.json',
      'targets.json',
    ])
    expect((await state.enrolment.read())?.hubSealKey).toMatch(/^[\w-]{43}$/)
  })

  it('pins nothing for an agent without category', async () => {
    const { hub, state } = await setup()
    hub.targets = { sage: 'https://sage.example' }
    await attempt(hub, state, { category: 'none' })
    expect(await state.pins.read()).toEqual({ v: 1, pins: {} })
  })

  it('serves further kinds of servers that are named, and pins those that the tenant has set', async () => {
    const { hub, state } = await setup()
    hub.targets = { sage: 'https://sage.example', exchange: 'https://mail.example' }
    await attempt(hub, state, { category: 'none', furtherRoles: ['exchange', 'caldav'] })
    expect((await state.enrolment.read())?.roles).toEqual(['exchange', 'caldav'])
    expect(await state.pins.read()).toEqual({ v: 1, pins: { exchange: 'https://mail.example' } })
  })

  it('changes nothing in a folder that is enrolled already', async () => {
    const { hub, state, dir } = await setup()
    await attempt(hub, state)
    const contents = () =>
      Promise.all(
        ['key.pem', 'seal-key.pem', 'state.json', 'targets.json'].map((name) =>
          readFile(join(dir, name), 'utf8'),
        ),
      )
    const before = await contents()
    await expect(attempt(hub, state, { name: 'Other' })).rejects.toMatchObject({
      code: 'already-enrolled',
      params: { dir, agent: 'Agent 1' },
    })
    expect(await contents()).toEqual(before)
    expect(hub.enrolled).toHaveLength(1)
  })

  it('changes nothing when the state cannot be read', async () => {
    const { hub, state } = await setup()
    await attempt(hub, state)
    await writeFile(state.enrolment.path, '{"v":1,')
    await expect(attempt(hub, state)).rejects.toMatchObject({ code: 'state-unreadable' })
    expect(hub.enrolled).toHaveLength(1)
  })

  it('has stored the key before the token is spent, and uses it again when the answer was lost', async () => {
    const { hub, state } = await setup()
    let keyAtArrival = ''
    hub.intercept = (_request, response) => {
      void readFile(state.keyFile, 'utf8').then((pem) => {
        keyAtArrival = pem
        response.destroy()
      })
      return true
    }
    await expect(attempt(hub, state)).rejects.toMatchObject({ code: 'hub-unreachable' })
    expect(keyAtArrival).toContain('PRIVATE KEY')
    const sealKey = await readFile(state.sealKeyFile, 'utf8')
    expect(await state.enrolment.read()).toBeUndefined()
    hub.intercept = () => false
    await attempt(hub, state)
    expect(await readFile(state.keyFile, 'utf8')).toBe(keyAtArrival)
    expect(await readFile(state.sealKeyFile, 'utf8')).toBe(sealKey)
  })

  it.each(['state.json', 'targets.json'])(
    'can be repeated after a crash before %s was written',
    async (name) => {
      const { hub, state, dir } = await setup()
      await attempt(hub, state)
      await rm(state.enrolment.path)
      await rm(join(dir, name), { force: true })
      await attempt(hub, state)
      expect(await state.enrolment.read()).toMatchObject({ agentId: 't1-agent1' })
      expect(new Set(hub.enrolled.map(({ publicKey }) => publicKey)).size).toBe(1)
    },
  )

  it('works with a clock that is an hour off', async () => {
    for (const ahead of [3_600_000, -3_600_000]) {
      const { hub, state } = await setup()
      hub.ahead = ahead
      await attempt(hub, state)
      expect(hub.asked).toEqual(['enrolment', 'enrolment'])
    }
  })

  it('does not run twice at the same time', async () => {
    const { hub, state } = await setup()
    const results = await Promise.allSettled([attempt(hub, state), attempt(hub, state)])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(hub.enrolled).toHaveLength(1)
  })

  it('leaves the folder alone that a process works in', async () => {
    const { hub, state, dir } = await setup()
    await rm(dir, { recursive: true, force: true })
    await attempt(hub, state)
    await rm(state.enrolment.path)
    const lock = await takeLock(state.lockFile)
    await expect(attempt(hub, state)).rejects.toMatchObject({ code: 'already-running' })
    lock?.release()
  })

  it('does not ask the hub with what cannot be an access token', async () => {
    const { hub, state } = await setup()
    await expect(attempt(hub, state, { token: 'short' })).rejects.toMatchObject({
      code: 'access-token-invalid',
    })
    expect(hub.asked).toEqual([])
  })
})
