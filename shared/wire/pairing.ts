import {
  createHash,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { z } from 'zod'

export const KEY_ID_BYTES = 8
export const KEY_BYTES = 32
const NONCE_BYTES = 12

/** A public X25519 key: member `x` of its JWK (RFC 8037). */
export const SealPublicKey = z.string().regex(/^[\w-]{43}$/)

export type Side = 'hub' | 'agent'

export interface PairingParts {
  readonly side: Side
  readonly tenantId: string
  readonly agentId: string
  /** X25519. */
  readonly privateKey: KeyObject
  readonly peerKey: string
}

/** What one static key of the hub and one of an agent have in common, seen from one side. */
export interface Pairing {
  readonly side: Side
  readonly tenantId: string
  /** Ids of the own and of the other side's public key. */
  readonly own: Buffer
  readonly peer: Buffer
  /**
   * A key and nonce that only these two can derive: for one scheme, sender and call. `salt` must be new for each
   * message, and then nothing is ever derived twice.
   */
  derive(scheme: string, sender: Side, id: string, salt: Uint8Array, ...more: readonly string[]): KeyAndNonce
}

export interface KeyAndNonce {
  readonly key: KeyObject
  readonly nonce: Buffer
}

export function makeSealKey(): KeyObject {
  return generateKeyPairSync('x25519').privateKey
}

export function sealPublicKey(privateKey: KeyObject): string {
  return SealPublicKey.parse(createPublicKey(privateKey).export({ format: 'jwk' }).x)
}

/** @throws Error when the other side's key is not a usable X25519 key. */
export function createPairing({ side, tenantId, agentId, privateKey, peerKey }: PairingParts): Pairing {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: peerKey }, format: 'jwk' })
  const secret = createSecretKey(diffieHellman({ privateKey, publicKey }))
  const own = keyId(sealPublicKey(privateKey))
  const peer = keyId(peerKey)
  return {
    side,
    tenantId,
    own,
    peer,
    derive(scheme, sender, id, salt, ...more) {
      const [from, to] = sender === side ? [own, peer] : [peer, own]
      // JSON, so that no two contexts look alike.
      const context = [
        scheme,
        sender,
        tenantId,
        agentId,
        id,
        from.toString('hex'),
        to.toString('hex'),
        ...more,
      ]
      return keyAndNonce(secret, salt, context)
    },
  }
}

/** HKDF-SHA256 (RFC 5869). Keys are objects because Node takes three times as long with bytes, for each message. */
export function keyAndNonce(secret: KeyObject, salt: Uint8Array, context: readonly string[]): KeyAndNonce {
  const bytes = Buffer.from(
    hkdfSync('sha256', secret, salt, JSON.stringify(context), KEY_BYTES + NONCE_BYTES),
  )
  return { key: createSecretKey(bytes.subarray(0, KEY_BYTES)), nonce: bytes.subarray(KEY_BYTES) }
}

export function otherSide(side: Side): Side {
  return side === 'hub' ? 'agent' : 'hub'
}

/** Public keys may be named openly; eight bytes tell apart the few that the agents of one site have. */
function keyId(publicKey: string): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, KEY_ID_BYTES)
}
