import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { proveForSession } from '../../agent/connection/proof.ts'
import { type KeyRing, openKeyRing } from '../../agent/keys/key-ring.ts'
import { createKeyRotation } from '../../agent/keys/rotation.ts'
import { writeDurably } from '../../agent/state/folder.ts'
import { agentKeyOf } from '../../agent/state/key.ts'
import { type State, stateIn } from '../../agent/state/state.ts'
import { toIso } from '../../shared/clock.ts'
import { silentLogger } from '../../shared/log.ts'
import { KEY_AGE_MS, KEY_OVERLAP_MS } from '../../shared/wire/keys.ts'
import { agentChannel, makeSealKey, sealPublicKey } from '../../shared/wire/seal.ts'
import { temporaryFolder } from '../agent/temporary.ts'
import { ANNOUNCED, connectorsSite, TENANT } from './site.ts'

/** What can be the last thing before the agent's process dies, counted over all that a change of keys does. */
const places = ['before', 'after'] as const
interface Crash {
  /** The how-manieth write or request. */
  readonly step: number
  readonly place: (typeof places)[number]
}

/** An agent with keys in files, as an enrolment leaves them. */
async function agentSite() {
  const site = await connectorsSite()
  const dir = await temporaryFolder()
  const state = stateIn(join(dir), site.clock)
  const key = agentKeyOf(generateKeyPairSync('ed25519').privateKey)
  const seal = makeSealKey()
  const token = (await site.connectors.accessTokens.create(TENANT)).secret
  const answer = await site.enrolWith(token, key, sealPublicKey(seal))
  const pem = (one: typeof seal) => one.export({ type: 'pkcs8', format: 'pem' }).toString()
  await writeDurably(state.keyFile, pem(key.privateKey), site.clock)
  await writeDurably(state.sealKeyFile, pem(seal), site.clock)
  const enrolment = {
    v: 1 as const,
    hub: 'http://hub',
    agentId: answer.agentId,
    name: 'Agent 1',
    tenant: answer.tenant,
    category: 'sage' as const,
    enrolledAt: toIso(site.clock.now()),
    hubSealKey: answer.sealKey,
  }
  /** One life of the agent's process, which dies where it is told. */
  async function live(crash: Crash | undefined, asked: boolean): Promise<void> {
    let count = 0
    let dead = false
    async function guarded<T>(work: () => Promise<T>): Promise<T> {
      const mine = count++
      const dies = (place: Crash['place']) => {
        if (dead || (crash?.step === mine && crash.place === place)) {
          dead = true
          throw new Error('killed')
        }
      }
      dies('before')
      const result = await work()
      dies('after')
      return result
    }
    const fragile: State = {
      ...state,
      keys: { ...state.keys, write: (value) => guarded(() => state.keys.write(value)) },
    }
    const ring = await openKeyRing(fragile, enrolment)
    const rotation = createKeyRotation({
      ring,
      hub: {
        offerKeys: (make) => guarded(async () => site.connectors.keys.offer(await make(site.clock.now()))),
        confirmKeys: (make) =>
          guarded(async () => site.connectors.keys.confirm(await make(site.clock.now()))),
      },
      agentId: enrolment.agentId,
      hubNow: site.clock.now,
      log: silentLogger,
    })
    await rotation.resume()
    await rotation.tend(asked)
    // A request that the hub took and whose answer was lost, seen from a process that goes on.
    await expectWorking(ring)
  }

  /** It was off for longer than its old keys count, between two steps: nothing works before it has gone on with them. */
  async function mustResume(ring: KeyRing): Promise<boolean> {
    const row = (await site.agents.get(TENANT, enrolment.agentId))?.value
    const overlap = row?.olderKeys !== undefined && site.clock.now() < row.olderKeys.until
    return ring.state() === 'accepted' && row?.publicKey !== ring.signing.publicJwk.x && !overlap
  }

  /** Hub and agent understand each other: calls, answers, sessions and reports, by agent, by site and by any instance. */
  async function expectWorking(ring: KeyRing): Promise<void> {
    if (await mustResume(ring)) return
    const channel = agentChannel(ring.pairings)
    for (const hub of [site.connectors, site.hub()]) {
      for (const to of [enrolment.agentId, `${TENANT}.main`]) {
        const place = await hub.placeOf(to)
        expect(channel.open('c', place.channel.seal('c', Buffer.from('call'))).toString()).toBe('call')
        expect(place.channel.open('c', channel.seal('c', Buffer.from('answer'))).toString()).toBe('answer')
      }
    }
    const { agentId } = enrolment
    await site.connectors.openSession(
      await proveForSession(ring.signing, agentId, ANNOUNCED, site.clock.now()),
    )
    await site.report({ id: agentId, key: ring.signing })
  }

  return { ...site, state, enrolment, live, expectWorking, mustResume }
}

it('keys change without a moment in which hub and agent cannot talk, wherever the agent is killed (F2)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ step: fc.nat({ max: 5 }), place: fc.constantFrom(...places) }), { maxLength: 5 }),
      fc.array(fc.integer({ min: 0, max: 2 * KEY_OVERLAP_MS }), { maxLength: 5 }),
      async (crashes, pauses) => {
        const { live, state, enrolment, clock, connectors, expectWorking, mustResume } = await agentSite()
        const before = await openKeyRing(state, enrolment)
        for (const [index, crash] of crashes.entries()) {
          await live(crash, index === 0)
          // Restarted: what is on disk works with what the hub knows, however long it was off.
          await clock.advance(pauses[index] ?? 0)
          await expectWorking(await openKeyRing(state, enrolment))
        }
        await live(undefined, true)
        await clock.advance(KEY_OVERLAP_MS)
        await live(undefined, false)
        const after = await openKeyRing(state, enrolment)
        expect(after.state()).toBe('settled')
        expect(await mustResume(after)).toBe(false)
        expect(after.signing.publicJwk.x).not.toBe(before.signing.publicJwk.x)
        await expectWorking(after)
        // The old keys count no longer, on either side, and are nowhere any more.
        const old = await proveForSession(before.signing, enrolment.agentId, ANNOUNCED, clock.now())
        await expect(connectors.openSession(old)).rejects.toMatchObject({ code: 'proof-invalid' })
        const { channel } = await connectors.placeOf(enrolment.agentId)
        const stale = agentChannel(before.pairings)
        expect(() => stale.open('c', channel.seal('c', Buffer.from('x')))).toThrow()
        expect(() => channel.open('c', stale.seal('c', Buffer.from('x')))).toThrow()
        expect(JSON.stringify(after.file())).not.toContain(before.file().current.seal.slice(30, 60))
      },
    ),
    { numRuns: 40 },
  )
}, 180_000)

it('an agent changes its keys after 30 days by itself, and earlier when it is asked (F2)', async () => {
  const { live, state, enrolment, clock, connectors, agents } = await agentSite()
  const since = async () => (await openKeyRing(state, enrolment)).file().since
  const first = await since()
  await clock.advance(KEY_AGE_MS - 1)
  await live(undefined, false)
  expect(await since()).toBe(first)
  await clock.advance(1)
  await live(undefined, false)
  expect(await since()).toBe(toIso(clock.now()))
  expect((await connectors.get(TENANT, enrolment.agentId)).keysSince).toBe(clock.now())
  await clock.advance(KEY_OVERLAP_MS)
  await live(undefined, false)

  await connectors.keys.ask(TENANT, enrolment.agentId)
  const ring = await openKeyRing(state, enrolment)
  const assertion = await proveForSession(ring.signing, enrolment.agentId, ANNOUNCED, clock.now())
  expect((await connectors.openSession(assertion)).rotateKeys).toBe(true)
  await live(undefined, true)
  expect(await since()).toBe(toIso(clock.now()))
  const later = await openKeyRing(state, enrolment)
  const again = await proveForSession(later.signing, enrolment.agentId, ANNOUNCED, clock.now())
  expect((await connectors.openSession(again)).rotateKeys).toBeUndefined()
  // The hub deletes its old private key with the first report after the overlap.
  expect((await agents.get(TENANT, enrolment.agentId))?.value.olderKeys).toBeDefined()
  await clock.advance(KEY_OVERLAP_MS)
  await live(undefined, false)
  expect((await agents.get(TENANT, enrolment.agentId))?.value.olderKeys).toBeUndefined()
  await expect(connectors.keys.ask(TENANT, 'tenant00001-unknown0000')).rejects.toMatchObject({
    code: 'not-found',
  })
})
