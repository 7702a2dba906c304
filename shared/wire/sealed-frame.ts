import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto'
import { StegError } from '../errors/error.ts'
import { KEY_BYTES, KEY_ID_BYTES, type KeyAndNonce, keyAndNonce, otherSide, type Pairing } from './pairing.ts'

/**
 * Frames are sealed end to end: the broker sees sizes and times, never content (F2).
 *
 * Construction: NIST SP 800-56A Rev. 3, C(0e, 2s) with X25519 (RFC 7748): one static key on each side, made for one
 * agent at its enrolment and at each change of keys, so their shared secret is computed once. Each message has 32 random
 * bytes as salt of HKDF-SHA256 (RFC 5869), which yields a key and nonce of its own for AES-256-GCM: nothing is counted,
 * so nothing can be counted twice after a restart. Only the two holders of the static keys can make or read a message.
 *
 * There is no ephemeral key. HPKE's mode_auth (RFC 9180) takes two Diffie-Hellman operations and a new key for each
 * message, and protects old messages only from somebody who gets the sender's key; the receiver's key opens them there
 * as well, and here each side receives. So: whoever records the broker and later gets one of the two private keys reads
 * what these two said with it. Keys are changed every month and the old ones deleted, which bounds that.
 *
 * For one receiver: version 1 (1 byte), key ids of sender and receiver (8 each), salt (32), ciphertext, tag (16).
 *
 * For the agents of a site, of which any may take the message: the frame is encrypted once with a random content key,
 * and that key once for each agent, with a key of that agent's pair alone. Each of these wrappings is bound to the
 * SHA-256 of the whole encrypted frame: an agent of the site learns the content key, but cannot put other words under it
 * for its neighbour in the hub's name. Version 2 (1 byte), number of receivers (1), salt (32), their key ids (8 + 8
 * each), their wrapped keys (32 + 16 each), ciphertext, tag (16).
 *
 * Both are bound to tenant, agent, direction, call and keys.
 */
const ONE = 1
const SEVERAL = 2
const SALT_BYTES = 32
const TAG_BYTES = 16
const IDS_BYTES = 2 * KEY_ID_BYTES
const WRAPPED_BYTES = KEY_BYTES + TAG_BYTES
const ONE_HEADER_BYTES = 1 + IDS_BYTES + SALT_BYTES
const SEVERAL_FIXED_BYTES = 2 + SALT_BYTES
/** Agents for which one message can be sealed: 64 bytes each, which a frame has room for. */
export const MAX_RECEIVERS = 16
const CIPHER = 'aes-256-gcm'

const SCHEME_ONE = 'steg-x25519-hkdf-sha256-aes-256-gcm-1'
const SCHEME_SEVERAL = 'steg-x25519-hkdf-sha256-aes-256-gcm-2'

/** Names scheme and keys; for people who look at messages, nothing relies on it. */
export function describeSeal(receivers: readonly Pairing[]): string {
  const names = (ids: readonly Buffer[]) => ids.map((id) => id.toString('hex')).join(',')
  const scheme = receivers.length === 1 ? SCHEME_ONE : SCHEME_SEVERAL
  return `${scheme};from=${names(receivers.map(({ own }) => own))};to=${names(receivers.map(({ peer }) => peer))}`
}

/** Seals a frame for any one of these receivers, 1 to `MAX_RECEIVERS` of the same tenant. */
export function sealFor(receivers: readonly Pairing[], id: string, frame: Uint8Array): Buffer {
  const [only] = receivers
  if (only === undefined || receivers.length > MAX_RECEIVERS) {
    throw new RangeError(`a message is sealed for 1 to ${MAX_RECEIVERS} receivers`)
  }
  return receivers.length === 1 ? sealForOne(only, id, frame) : sealForSeveral(receivers, id, frame)
}

function sealForOne(pairing: Pairing, id: string, frame: Uint8Array): Buffer {
  const salt = randomBytes(SALT_BYTES)
  const header = Buffer.concat([Buffer.from([ONE]), pairing.own, pairing.peer, salt])
  return Buffer.concat([
    header,
    ...encrypt(pairing.derive(SCHEME_ONE, pairing.side, id, salt), header, frame),
  ])
}

function sealForSeveral(receivers: readonly Pairing[], id: string, frame: Uint8Array): Buffer {
  const salt = randomBytes(SALT_BYTES)
  const contentKey = randomBytes(KEY_BYTES)
  const header = Buffer.concat([
    Buffer.from([SEVERAL, receivers.length]),
    salt,
    ...receivers.flatMap(({ own, peer }) => [own, peer]),
  ])
  const side = receivers[0]?.side ?? 'hub'
  const content = encrypt(contentKeys(receivers[0], contentKey, id, salt, side), header, frame)
  const digest = digestOf(header, ...content)
  const wrapped = receivers.flatMap((pairing) =>
    encrypt(pairing.derive(SCHEME_SEVERAL, side, id, salt, digest), header, contentKey),
  )
  return Buffer.concat([header, ...wrapped, ...content])
}

/**
 * Opens what the other side of one of these pairings has sealed for it and for this call.
 * @throws StegError `message-invalid` for anything else
 */
export function openWith(
  pairings: readonly Pairing[],
  id: string,
  sealed: Uint8Array,
): { readonly frame: Buffer; readonly pairing: Pairing } {
  const parsed = parse(sealed)
  const found = findReceiver(pairings, parsed.ids)
  if (found === undefined) throw refused('it is encrypted with other keys')
  const { pairing, position } = found
  const sender = otherSide(pairing.side)
  const { header, salt, content } = parsed
  if (parsed.wrapped === undefined) {
    return { pairing, frame: decrypt(pairing.derive(SCHEME_ONE, sender, id, salt), header, content) }
  }
  const digest = digestOf(header, content)
  const wrapped = parsed.wrapped.subarray(position * WRAPPED_BYTES, (position + 1) * WRAPPED_BYTES)
  const contentKey = decrypt(pairing.derive(SCHEME_SEVERAL, sender, id, salt, digest), header, wrapped)
  return { pairing, frame: decrypt(contentKeys(pairing, contentKey, id, salt, sender), header, content) }
}

/** The pairing for which this frame says it was sealed; nothing is believed before it has been opened. */
export function pairingOf(pairings: readonly Pairing[], sealed: Uint8Array): Pairing | undefined {
  return findReceiver(pairings, parse(sealed).ids)?.pairing
}

/** Whether this is a sealed frame that none of these pairings is meant to open. */
export function isForOthers(pairings: readonly Pairing[], sealed: Uint8Array): boolean {
  try {
    return pairingOf(pairings, sealed) === undefined
  } catch {
    return false
  }
}

interface Parsed {
  readonly header: Uint8Array
  readonly salt: Uint8Array
  /** Key ids of sender and receiver, pair after pair. */
  readonly ids: Uint8Array
  readonly wrapped?: Uint8Array
  readonly content: Uint8Array
}

function parse(sealed: Uint8Array): Parsed {
  const [version, count = 0] = sealed
  if (version !== ONE && version !== SEVERAL) throw refused('it is not encrypted')
  if (version === ONE) {
    if (sealed.length < ONE_HEADER_BYTES + TAG_BYTES) throw refused('it is cut off')
    return {
      header: sealed.subarray(0, ONE_HEADER_BYTES),
      ids: sealed.subarray(1, 1 + IDS_BYTES),
      salt: sealed.subarray(1 + IDS_BYTES, ONE_HEADER_BYTES),
      content: sealed.subarray(ONE_HEADER_BYTES),
    }
  }
  const headerBytes = SEVERAL_FIXED_BYTES + count * IDS_BYTES
  const contentAt = headerBytes + count * WRAPPED_BYTES
  if (count < 1 || count > MAX_RECEIVERS) throw refused('it names no receiver')
  if (sealed.length < contentAt + TAG_BYTES) throw refused('it is cut off')
  return {
    header: sealed.subarray(0, headerBytes),
    salt: sealed.subarray(2, SEVERAL_FIXED_BYTES),
    ids: sealed.subarray(SEVERAL_FIXED_BYTES, headerBytes),
    wrapped: sealed.subarray(headerBytes, contentAt),
    content: sealed.subarray(contentAt),
  }
}

function findReceiver(pairings: readonly Pairing[], ids: Uint8Array) {
  for (let position = 0; position * IDS_BYTES < ids.length; position++) {
    const from = ids.subarray(position * IDS_BYTES, position * IDS_BYTES + KEY_ID_BYTES)
    const to = ids.subarray(position * IDS_BYTES + KEY_ID_BYTES, (position + 1) * IDS_BYTES)
    const pairing = pairings.find(({ own, peer }) => peer.equals(from) && own.equals(to))
    if (pairing !== undefined) return { pairing, position }
  }
  return undefined
}

function contentKeys(
  pairing: Pairing | undefined,
  contentKey: Uint8Array,
  id: string,
  salt: Uint8Array,
  sender: Pairing['side'],
): KeyAndNonce {
  return keyAndNonce(createSecretKey(contentKey), salt, [
    SCHEME_SEVERAL,
    'content',
    sender,
    pairing?.tenantId ?? '',
    id,
  ])
}

function digestOf(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('base64url')
}

/** Ciphertext and tag, in pieces: bodies are large, so they are joined once, by the caller. */
function encrypt({ key, nonce }: KeyAndNonce, header: Uint8Array, plain: Uint8Array): Buffer[] {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(header)
  return [cipher.update(plain), cipher.final(), cipher.getAuthTag()]
}

function decrypt({ key, nonce }: KeyAndNonce, header: Uint8Array, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(header).setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  try {
    const plain = decipher.update(sealed.subarray(0, -TAG_BYTES))
    const rest = decipher.final()
    return rest.length === 0 ? plain : Buffer.concat([plain, rest])
  } catch (error) {
    throw refused('it is altered, or meant for another call', error)
  }
}

function refused(problem: string, cause?: unknown): StegError {
  return new StegError('message-invalid', { problem }, { cause })
}
