import { createHash, hkdfSync } from 'node:crypto'
import type { Random } from '../../../shared/random.ts'
import { decrypt, encrypt } from './aes-gcm.ts'
import type { Vault } from './port.ts'

const KEY_BYTES = 32
/** Unwrapped keys kept in memory, so that a run does not unwrap at every read. */
const CACHED_KEYS = 500

/**
 * A vault under one master key of 32 bytes: from a key file on a laptop, from Key Vault as a secret reference in Azure.
 * @throws Error when the master key has another length.
 */
export function createVault(masterKey: Uint8Array, random: Random): Vault {
  if (masterKey.length !== KEY_BYTES) throw new Error(`the master key must have ${KEY_BYTES} bytes`)
  const keyId = createHash('sha256').update(masterKey).digest('hex').slice(0, 8)
  const cache = new Map<string, Uint8Array>()

  function unwrap(wrapped: string): Uint8Array {
    const cached = cache.get(wrapped)
    if (cached) return cached
    const [version, id, text] = wrapped.split('.')
    if (version !== 'k1' || text === undefined) throw new Error('wrapped key is not in a known form')
    if (id !== keyId) throw new Error(`the data key is wrapped by master key ${id}, this one is ${keyId}`)
    const key = decrypt(masterKey, 'data-key', Buffer.from(text, 'base64url'))
    const oldest = cache.keys().next()
    if (cache.size >= CACHED_KEYS && !oldest.done) cache.delete(oldest.value)
    cache.set(wrapped, key)
    return key
  }

  return {
    async createDataKey() {
      const sealed = encrypt(masterKey, 'data-key', random.bytes(KEY_BYTES), random)
      return `k1.${keyId}.${sealed.toString('base64url')}`
    },
    async seal(wrappedKey, context, plainText) {
      const sealed = encrypt(unwrap(wrappedKey), context, Buffer.from(plainText), random)
      return `s1.${sealed.toString('base64url')}`
    },
    async open(wrappedKey, context, sealed) {
      if (!sealed.startsWith('s1.')) throw new Error('sealed value is not in a known form')
      return decrypt(unwrap(wrappedKey), context, Buffer.from(sealed.slice(3), 'base64url')).toString()
    },
  }
}

/** A key for one purpose, from which neither the master key nor the key of another purpose follows. */
export function deriveKey(masterKey: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, '', `steg ${purpose}`, KEY_BYTES))
}
