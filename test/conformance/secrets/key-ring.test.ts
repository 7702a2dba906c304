import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt } from 'node:crypto'
import { expect, it } from 'vitest'
import { createKeyRing } from '../../../functions/platform/secrets/key-ring.ts'
import { systemRandom } from '../../../shared/random.ts'
import { describeKeyRing } from './key-ring.ts'

describeKeyRing('keys in the process', async (keys) => createKeyRing(keys, systemRandom))

// As in Key Vault: the RSA key stays there, and each master key is unwrapped once, at the start (RSA-OAEP-256).
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const
let operations = 0

async function openFromVault(keys: readonly Uint8Array[]) {
  const wrapped = keys.map((key) => publicEncrypt({ key: publicKey, ...oaep }, key))
  const opened = wrapped.map((text) => {
    operations += 1
    return privateDecrypt({ key: privateKey, ...oaep }, text)
  })
  return createKeyRing(opened, systemRandom)
}

describeKeyRing('keys wrapped by a key that stays in a vault', openFromVault)

it('a ring from a vault asks it once for each key, whatever is wrapped and opened', async () => {
  operations = 0
  const ring = await openFromVault([systemRandom.bytes(32), systemRandom.bytes(32)])
  for (let count = 0; count < 10; count++) await ring.unwrap(await ring.wrap(systemRandom.bytes(32)))
  expect(operations).toBe(2)
})

it.each([
  [[], 'no master key'],
  [[new Uint8Array(16)], '32 bytes'],
  [[new Uint8Array(32), new Uint8Array(31)], '32 bytes'],
  [[new Uint8Array(32), new Uint8Array(32)], 'twice'],
])('keys that make no ring are refused %#', (keys, why) => {
  expect(() => createKeyRing(keys, systemRandom)).toThrow(why)
})
