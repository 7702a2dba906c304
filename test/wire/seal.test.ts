import { createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isStegError } from '../../shared/errors/error.ts'
import type { PairingParts } from '../../shared/wire/pairing.ts'
import { makeSealKey, openChannel, SealPublicKey, sealPublicKey } from '../../shared/wire/seal.ts'

const hubKey = makeSealKey()
const agentKey = makeSealKey()
const hubParts: PairingParts = {
  side: 'hub',
  tenantId: 'tenant-1',
  agentId: 'tenant-1-agent-1',
  privateKey: hubKey,
  peerKey: sealPublicKey(agentKey),
}
const agentParts: PairingParts = {
  ...hubParts,
  side: 'agent',
  privateKey: agentKey,
  peerKey: sealPublicKey(hubKey),
}
const hub = openChannel(hubParts)
const agent = openChannel(agentParts)

function outcome(open: () => Uint8Array): string {
  try {
    return Buffer.from(open()).toString()
  } catch (error) {
    return isStegError(error) ? error.code : `unexpected: ${error}`
  }
}

describe('sealing a frame (F2)', () => {
  it('gives the other side what was sealed, in both directions, and hides it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5000 }),
        fc.string({ minLength: 1, maxLength: 64 }),
        (frame, id) => {
          for (const [from, to] of [
            [hub, agent],
            [agent, hub],
          ] as const) {
            const sealed = from.seal(id, frame)
            expect(Buffer.from(to.open(id, sealed))).toEqual(Buffer.from(frame))
            expect(sealed.length).toBe(frame.length + 65)
            if (frame.length > 8) expect(sealed.includes(Buffer.from(frame))).toBe(false)
          }
        },
      ),
    )
  })

  it('never seals twice alike', () => {
    const sealed = Array.from({ length: 200 }, () => hub.seal('a', Buffer.alloc(64)).toString('hex', 17))
    expect(new Set(sealed).size).toBe(200)
  })

  it('refuses every single flipped bit, every cut and every addition', () => {
    const sealed = hub.seal('call', Buffer.from('Personalnummer 4711'))
    expect(outcome(() => agent.open('call', sealed))).toBe('Personalnummer 4711')
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Buffer.from(sealed)
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(
        outcome(() => agent.open('call', altered)),
        `bit ${bit}`,
      ).toBe('message-invalid')
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(outcome(() => agent.open('call', sealed.subarray(0, length)))).toBe('message-invalid')
    }
    expect(outcome(() => agent.open('call', Buffer.concat([sealed, Buffer.alloc(1)])))).toBe(
      'message-invalid',
    )
  })

  const stranger = makeSealKey()
  it.each<[string, Partial<PairingParts>]>([
    ['another tenant', { tenantId: 'tenant-2' }],
    ['another agent', { agentId: 'tenant-1-agent-2' }],
    ['ids that only look alike when joined', { tenantId: 'tenant-1","tenant-1-agent-1', agentId: '' }],
    ['the direction turned round', { side: 'hub' }],
    ['another private key', { privateKey: stranger }],
    ['another sender', { peerKey: sealPublicKey(stranger) }],
  ])('refuses %s', (_case, change) => {
    const sealed = hub.seal('call', Buffer.from('x'))
    const receiver = openChannel({ ...agentParts, ...change })
    expect(outcome(() => receiver.open('call', sealed))).toBe('message-invalid')
  })

  it('refuses another call, its own words, and frames in clear', () => {
    const sealed = hub.seal('call', Buffer.from('x'))
    expect(outcome(() => agent.open('call2', sealed))).toBe('message-invalid')
    expect(outcome(() => hub.open('call', sealed))).toBe('message-invalid')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outcome(() => agent.open('call', bytes))).toBe('message-invalid')
      }),
    )
  })

  it('refuses keys that do not hide anything (RFC 7748, section 6.1)', () => {
    const lowOrder = [Buffer.alloc(32), Buffer.concat([Buffer.from([1]), Buffer.alloc(31)])]
    for (const point of lowOrder) {
      expect(() => openChannel({ ...hubParts, peerKey: point.toString('base64url') })).toThrow()
    }
  })

  it('names scheme and keys without revealing anything', () => {
    expect(hub.enc).toMatch(/^steg-x25519-[\w-]+;from=[0-9a-f]{16};to=[0-9a-f]{16}$/)
    const turned = /from=(.*);to=(.*)/.exec(hub.enc)
    expect(agent.enc).toContain(`from=${turned?.[2]};to=${turned?.[1]}`)
    expect(SealPublicKey.safeParse(createPublicKey(hubKey).export({ format: 'jwk' }).x).success).toBe(true)
  })
})
