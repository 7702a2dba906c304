import { createCipheriv, createDecipheriv, createHash, createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isStegError } from '../../shared/errors/error.ts'
import {
  createPairing,
  type KeyAndNonce,
  keyAndNonce,
  makeSealKey,
  type Pairing,
  sealPublicKey,
} from '../../shared/wire/pairing.ts'
import { agentChannel, hubChannel } from '../../shared/wire/seal.ts'
import { MAX_RECEIVERS, openWith, sealFor } from '../../shared/wire/sealed-frame.ts'

/** Both ends of one pair of keys. */
function pair(agentId: string, tenantId = 'tenant-1'): { hub: Pairing; agent: Pairing } {
  const keys = { hub: makeSealKey(), agent: makeSealKey() }
  const end = (side: 'hub' | 'agent', other: 'hub' | 'agent') =>
    createPairing({ side, tenantId, agentId, privateKey: keys[side], peerKey: sealPublicKey(keys[other]) })
  return { hub: end('hub', 'agent'), agent: end('agent', 'hub') }
}

const members = Array.from({ length: 5 }, (_, index) => pair(`tenant-1-agent-${index}`))
const hubEnds = members.map(({ hub }) => hub)
const stranger = pair('tenant-1-stranger')

const SCHEME = 'steg-x25519-hkdf-sha256-aes-256-gcm-2'

function opened({ key, nonce }: KeyAndNonce, header: Uint8Array, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  decipher.setAAD(header).setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
}

function outcome(pairing: Pairing, id: string, sealed: Uint8Array): string {
  try {
    return openWith([pairing], id, sealed).frame.toString()
  } catch (error) {
    return isStegError(error) ? error.code : `unexpected: ${error}`
  }
}

describe('sealing a frame for the agents of a site (F2, F3)', () => {
  it('each of them opens it, nobody else does, and it is hidden', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 9, maxLength: 3000 }),
        fc.integer({ min: 2, max: members.length }),
        (frame, count) => {
          const sealed = sealFor(hubEnds.slice(0, count), 'call', frame)
          for (const [index, { agent }] of members.entries()) {
            const text = outcome(agent, 'call', sealed)
            expect(text).toBe(index < count ? Buffer.from(frame).toString() : 'message-invalid')
          }
          expect(sealed.includes(Buffer.from(frame))).toBe(false)
          expect(sealed.length).toBe(2 + 32 + count * 64 + frame.length + 16)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('refuses every flipped bit that concerns the receiver, every cut and every addition', () => {
    const sealed = sealFor(hubEnds.slice(0, 2), 'call', Buffer.from('Personalnummer 4711'))
    const [first, second] = members
    if (first === undefined || second === undefined) throw new Error('no members')
    const foreign = { from: 2 + 32 + 32 + 48, to: 2 + 32 + 32 + 96 }
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Buffer.from(sealed)
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const inForeignKey = bit >> 3 >= foreign.from && bit >> 3 < foreign.to
      const expected = inForeignKey ? 'Personalnummer 4711' : 'message-invalid'
      expect(outcome(first.agent, 'call', altered), `bit ${bit}`).toBe(expected)
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(outcome(second.agent, 'call', sealed.subarray(0, length))).toBe('message-invalid')
    }
    expect(outcome(second.agent, 'call', Buffer.concat([sealed, Buffer.alloc(1)]))).toBe('message-invalid')
  })

  it('is bound to call, direction, tenant and agent', () => {
    const sealed = sealFor(hubEnds, 'call', Buffer.from('x'))
    const [first] = members
    if (first === undefined) throw new Error('no members')
    expect(outcome(first.agent, 'call', sealed)).toBe('x')
    expect(outcome(first.agent, 'call2', sealed)).toBe('message-invalid')
    expect(outcome(first.hub, 'call', sealed)).toBe('message-invalid')
    const keys = { hub: makeSealKey(), agent: makeSealKey() }
    const hubEnd = (tenantId: string, agentId: string) =>
      createPairing({
        side: 'hub',
        tenantId,
        agentId,
        privateKey: keys.hub,
        peerKey: sealPublicKey(keys.agent),
      })
    const agentEnd = createPairing({
      side: 'agent',
      tenantId: 't1',
      agentId: 'a1',
      privateKey: keys.agent,
      peerKey: sealPublicKey(keys.hub),
    })
    for (const [tenantId, agentId, expected] of [
      ['t1', 'a1', 'x'],
      ['t1', 'a2', 'message-invalid'],
      ['t2', 'a1', 'message-invalid'],
    ] as const) {
      const bound = sealFor([hubEnd(tenantId, agentId), stranger.hub], 'call', Buffer.from('x'))
      expect(outcome(agentEnd, 'call', bound)).toBe(expected)
    }
  })

  it('lets no agent of the site put other words under the keys of its neighbour', () => {
    const [first, second] = members
    if (first === undefined || second === undefined) throw new Error('no members')
    const sealed = sealFor([first.hub, second.hub], 'call', Buffer.from('pay 100'))
    const at = { salt: 2, wrapped: 66, content: 66 + 96 }
    const header = sealed.subarray(0, at.wrapped)
    const salt = sealed.subarray(at.salt, 34)
    const content = sealed.subarray(at.content)
    // The first agent takes out the content key as it must to read the call …
    const digest = createHash('sha256').update(header).update(content).digest('base64url')
    const own = first.agent.derive(SCHEME, 'hub', 'call', salt, digest)
    const contentKey = opened(own, header, sealed.subarray(at.wrapped, at.wrapped + 48))
    const keys = keyAndNonce(createSecretKey(contentKey), salt, [
      SCHEME,
      'content',
      'hub',
      'tenant-1',
      'call',
    ])
    expect(opened(keys, header, content).toString()).toBe('pay 100')
    // … and encrypts other words with it: the message looks right, but the neighbour does not believe it.
    const cipher = createCipheriv('aes-256-gcm', keys.key, keys.nonce).setAAD(header)
    const forged = Buffer.concat([cipher.update('pay 999'), cipher.final(), cipher.getAuthTag()])
    expect(opened(keys, header, forged).toString()).toBe('pay 999')
    const message = Buffer.concat([sealed.subarray(0, at.content), forged])
    expect(outcome(second.agent, 'call', message)).toBe('message-invalid')
    expect(outcome(second.agent, 'call', sealed)).toBe('pay 100')
  })

  it('takes 1 to 16 receivers', () => {
    const many = Array.from({ length: MAX_RECEIVERS + 1 }, () => stranger.hub)
    expect(() => sealFor(many, 'c', Buffer.from('x'))).toThrow(RangeError)
    expect(() => sealFor([], 'c', Buffer.from('x'))).toThrow(RangeError)
    expect(outcome(stranger.agent, 'c', sealFor(many.slice(1), 'c', Buffer.from('x')))).toBe('x')
  })
})

const sender = ({ hub }: { hub: Pairing }, index = 9) => ({ agentId: `agent-${index}`, pairing: hub })

describe('channels over several keys', () => {
  const [old, fresh] = [pair('tenant-1-agent-9'), pair('tenant-1-agent-9')]

  it('an answer goes back with the keys with which its call came, also after they were changed', () => {
    let keys = { current: old.agent, others: [] as Pairing[] }
    const agent = agentChannel(() => keys)
    const hubBefore = hubChannel([old.hub], [sender(old)])
    agent.open('1', hubBefore.seal('1', Buffer.from('call')))
    keys = { current: fresh.agent, others: [old.agent] }
    expect(hubBefore.open('1', agent.seal('1', Buffer.from('answer'))).toString()).toBe('answer')
    const hubAfter = hubChannel([fresh.hub], [sender(fresh), sender(old)])
    agent.open('2', hubAfter.seal('2', Buffer.from('call')))
    expect(hubAfter.open('2', agent.seal('2', Buffer.from('answer'))).toString()).toBe('answer')
    // Once the old keys are gone, what was sealed with them is refused.
    keys = { current: fresh.agent, others: [] }
    expect(() => agent.open('3', hubBefore.seal('3', Buffer.from('late')))).toThrow(/other keys/)
  })

  it('tells what is for another agent from what is not sealed at all', () => {
    const agent = agentChannel(() => ({ current: old.agent, others: [fresh.agent] }))
    expect(agent.isForOthers(sealFor(hubEnds, 'c', Buffer.from('x')))).toBe(true)
    expect(agent.isForOthers(sealFor([stranger.hub], 'c', Buffer.from('x')))).toBe(true)
    expect(agent.isForOthers(sealFor([stranger.hub, fresh.hub], 'c', Buffer.from('x')))).toBe(false)
    expect(agent.isForOthers(sealFor([old.hub], 'c', Buffer.from('x')))).toBe(false)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(agent.isForOthers(bytes)).toBe(false)
      }),
    )
  })

  it('the hub tells by the key which agent of the site has answered', () => {
    const hub = hubChannel(hubEnds, members.map(sender))
    for (const [index, { agent }] of members.entries()) {
      const own = agentChannel(() => ({ current: agent, others: [] }))
      own.open('c', hub.seal('c', Buffer.from('call')))
      const answer = own.seal('c', Buffer.from('answer'))
      expect(hub.open('c', answer).toString()).toBe('answer')
      expect(hub.senderOf(answer)).toBe(`agent-${index}`)
    }
    const other = agentChannel(() => ({ current: stranger.agent, others: [] }))
    expect(() => hub.open('c', other.seal('c', Buffer.from('answer')))).toThrow(/other keys/)
  })
})
