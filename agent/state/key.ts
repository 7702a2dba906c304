import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { Clock } from '../../shared/clock.ts'
import { writeDurably } from './folder.ts'
import { readText, unreadable } from './json-file.ts'

/** The agent's Ed25519 key (RFC 8037). The private half never leaves the machine. */
export interface AgentKey {
  readonly privateKey: KeyObject
  readonly publicJwk: JWK
}

/** @throws StegError `state-unreadable`; `undefined` when there is no key file. */
export async function readKey(file: string): Promise<AgentKey | undefined> {
  const pem = await readText(file)
  if (pem === undefined) return undefined
  try {
    const privateKey = createPrivateKey(pem)
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key')
    return { privateKey, publicJwk: publicJwk(privateKey) }
  } catch (error) {
    throw unreadable(file, 'it does not hold an Ed25519 private key', error)
  }
}

/** Makes a key and returns it once it is durably stored as PKCS #8 in PEM. @throws StegError `state-unwritable` */
export async function createKey(file: string, clock: Clock): Promise<AgentKey> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), clock)
  return { privateKey, publicJwk: publicJwk(privateKey) }
}

function publicJwk(privateKey: KeyObject): JWK {
  const { kty, crv, x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { kty, crv, x } as JWK
}
