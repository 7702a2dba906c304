import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { z } from 'zod'
import { StegError } from '../errors/error.ts'

/**
 * Frames are sealed end to end: the broker sees sizes and times, never content (F2).
 *
 * Construction: NIST SP 800-56A Rev. 3, C(0e, 2s) with X25519 (RFC 7748): one static key on each side, made for one
 * agent at its enrolment, so their shared secret is computed once. Each message has 32 random bytes as salt of
 * HKDF-SHA256 (RFC 5869), which yields a key and nonce of its own for AES-256-GCM: nothing is counted, so nothing can
 * be counted twice after a restart. Only the two holders of the static keys can make or read a message.
 *
 * There is no ephemeral key. HPKE's mode_auth (RFC 9180) takes two Diffie-Hellman operations and a new key for each
 * message, and protects old messages only from somebody who gets the sender's key; the receiver's key opens them there
 * as well, and here each side receives. So: whoever records the broker and later gets one of the two private keys reads
 * what these two said. Enrolling again makes new keys on both sides.
 *
 * Layout: version (1 byte), key ids of sender and receiver (8 each), salt (32), ciphertext, tag (16).
 */
const VERSION = 1
const KEY_ID_BYTES = 8
const SALT_BYTES = 32
const HEADER_BYTES = 1 + 2 * KEY_ID_BYTES + SALT_BYTES
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'

const SEAL_SCHEME = 'steg-x25519-hkdf-sha256-aes-256-gcm-1'

/** A public X25519 key: member `x` of its JWK (RFC 8037). */
export const SealPublicKey = z.string().regex(/^[\w-]{43}$/)

export type Side = 'hub' | 'agent'

/** One side of what a hub and one agent say to each other. */
export interface Channel {
  /** Names scheme and keys of what this side seals; for people who look at messages, nothing relies on it. */
  readonly enc: string
  /** `id` is the call's; what is sealed opens only for the same call, in the same direction. */
  seal(id: string, frame: Uint8Array): Buffer
  /** @throws StegError `message-invalid` for anything the other side has not sealed for this call. */
  open(id: string, sealed: Uint8Array): Buffer
}

export interface ChannelParts {
  readonly side: Side
  readonly tenantId: string
  readonly agentId: string
  /** X25519. */
  readonly privateKey: KeyObject
  readonly peerKey: string
}

export function makeSealKey(): KeyObject {
  return generateKeyPairSync('x25519').privateKey
}

export function sealPublicKey(privateKey: KeyObject): string {
  return SealPublicKey.parse(createPublicKey(privateKey).export({ format: 'jwk' }).x)
}

/** @throws Error when the other side's key is not a usable X25519 key. */
export function openChannel(parts: ChannelParts): Channel {
  const { side, privateKey, peerKey } = parts
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: peerKey }, format: 'jwk' })
  const secret = diffieHellman({ privateKey, publicKey })
  const own = keyId(sealPublicKey(privateKey))
  const peer = keyId(peerKey)

  function derive(sender: Side, id: string, salt: Uint8Array) {
    const [from, to] = sender === side ? [own, peer] : [peer, own]
    // JSON, so that no two contexts look alike.
    const context = [SEAL_SCHEME, sender, parts.tenantId, parts.agentId, id, hex(from), hex(to)]
    const bytes = hkdfSync('sha256', secret, salt, JSON.stringify(context), KEY_BYTES + NONCE_BYTES)
    const derived = Buffer.from(bytes)
    return { key: derived.subarray(0, KEY_BYTES), nonce: derived.subarray(KEY_BYTES) }
  }

  return {
    enc: `${SEAL_SCHEME};from=${hex(own)};to=${hex(peer)}`,

    seal(id, frame) {
      const salt = randomBytes(SALT_BYTES)
      const header = Buffer.concat([Buffer.from([VERSION]), own, peer, salt])
      const { key, nonce } = derive(side, id, salt)
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(header)
      return Buffer.concat([header, cipher.update(frame), cipher.final(), cipher.getAuthTag()])
    },

    open(id, sealed) {
      if (sealed[0] !== VERSION) throw refused('it is not encrypted')
      if (sealed.length < HEADER_BYTES + TAG_BYTES) throw refused('it is cut off')
      const header = sealed.subarray(0, HEADER_BYTES)
      const from = header.subarray(1, 1 + KEY_ID_BYTES)
      const to = header.subarray(1 + KEY_ID_BYTES, 1 + 2 * KEY_ID_BYTES)
      if (!peer.equals(from) || !own.equals(to)) throw refused('it is encrypted with other keys')
      const { key, nonce } = derive(other(side), id, header.subarray(1 + 2 * KEY_ID_BYTES))
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(header).setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
      try {
        const plain = decipher.update(sealed.subarray(HEADER_BYTES, sealed.length - TAG_BYTES))
        return Buffer.concat([plain, decipher.final()])
      } catch (error) {
        throw refused('it is altered, or meant for another call', error)
      }
    },
  }
}

/** Public keys may be named openly; eight bytes tell apart the two or three that one agent ever has. */
function keyId(publicKey: string): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, KEY_ID_BYTES)
}

function other(side: Side): Side {
  return side === 'hub' ? 'agent' : 'hub'
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex')
}

function refused(problem: string, cause?: unknown): StegError {
  return new StegError('message-invalid', { problem }, { cause })
}
