import { createHash, hkdfSync } from 'node:crypto'
import { StegError } from '../../../shared/errors/error.ts'
import type { Random } from '../../../shared/random.ts'
import { decrypt, encrypt } from './aes-gcm.ts'
import type { KeyRing } from './port.ts'

const KEY_BYTES = 32

/**
 * A ring of master keys of 32 bytes that are used in the process: from a key file on a laptop, from Key Vault as a secret
 * reference in Azure. The first one is the current one.
 * @throws Error when there is none, one has another length, or one comes twice.
 */
export function createKeyRing(masterKeys: readonly Uint8Array[], random: Random): KeyRing {
  const [first] = masterKeys
  if (first === undefined) throw new Error('there is no master key')
  if (masterKeys.some((key) => key.length !== KEY_BYTES)) {
    throw new Error(`a master key must have ${KEY_BYTES} bytes`)
  }
  const byId = new Map(masterKeys.map((key) => [idOf(key), key]))
  if (byId.size < masterKeys.length) throw new Error('a master key is given twice')
  const current = idOf(first)

  function keyOf(id: string): Uint8Array {
    const key = byId.get(id)
    if (key === undefined) throw masterKeyMissing([id], [...byId.keys()])
    return key
  }

  return {
    current,
    ids: [...byId.keys()],
    async wrap(dataKey, keyId = current) {
      const sealed = encrypt(keyOf(keyId), 'data-key', dataKey, random)
      return `k1.${keyId}.${sealed.toString('base64url')}`
    },
    async unwrap(wrapped) {
      const [version, id, text] = wrapped.split('.')
      if (version !== 'k1' || id === undefined || text === undefined) {
        throw new Error('wrapped key is not in a known form')
      }
      return decrypt(keyOf(id), 'data-key', Buffer.from(text, 'base64url'))
    },
    derive: (purpose) => [
      derived(first, purpose),
      ...masterKeys.slice(1).map((key) => derived(key, purpose)),
    ],
    keyIdOf: (wrapped) => /^k1\.([^.]+)\.[^.]+$/.exec(wrapped)?.[1],
  }
}

function masterKeyMissing(wanted: readonly string[], given: readonly string[]): StegError {
  return new StegError('master-key-missing', { wanted: wanted.join(', '), given: given.join(', ') })
}

/** Tells keys apart without telling anything about them. */
function idOf(masterKey: Uint8Array): string {
  return createHash('sha256').update(masterKey).digest('hex').slice(0, 8)
}

function derived(masterKey: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, '', `steg ${purpose}`, KEY_BYTES))
}
