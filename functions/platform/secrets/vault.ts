import type { Random } from '../../../shared/random.ts'
import { decrypt, encrypt } from './aes-gcm.ts'
import type { KeyRing, Vault } from './port.ts'

const KEY_BYTES = 32
/** Unwrapped keys kept in memory, so that a run does not unwrap at every read. */
const CACHED_KEYS = 500

/** A vault whose data keys are wrapped by a ring of master keys: by the current one, opened by any. */
export function createVault(ring: KeyRing, random: Random): Vault {
  const cache = new Map<string, Uint8Array>()

  async function unwrap(wrapped: string): Promise<Uint8Array> {
    const cached = cache.get(wrapped)
    if (cached) return cached
    const key = await ring.unwrap(wrapped)
    const oldest = cache.keys().next()
    if (cache.size >= CACHED_KEYS && !oldest.done) cache.delete(oldest.value)
    cache.set(wrapped, key)
    return key
  }

  return {
    createDataKey: () => ring.wrap(random.bytes(KEY_BYTES)),
    // Past the cache: a pass over all tenants would only push out the keys in use.
    rewrap: async (wrappedKey) => ring.wrap(await ring.unwrap(wrappedKey)),
    async seal(wrappedKey, context, plainText) {
      const sealed = encrypt(await unwrap(wrappedKey), context, Buffer.from(plainText), random)
      return `s1.${sealed.toString('base64url')}`
    },
    async open(wrappedKey, context, sealed) {
      if (!sealed.startsWith('s1.')) throw new Error('sealed value is not in a known form')
      const key = await unwrap(wrappedKey)
      return decrypt(key, context, Buffer.from(sealed.slice(3), 'base64url')).toString()
    },
  }
}
