import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { Clock } from '../../shared/clock.ts'
import { makeSealKey } from '../../shared/wire/seal.ts'
import { writeDurably } from './folder.ts'
import { readText, unreadable } from './json-file.ts'

/** The agent's Ed25519 key (RFC 8037). The private half never leaves the machine. */
export interface AgentKey {
  readonly privateKey: KeyObject
  readonly publicJwk: JWK
}

/** @throws StegError `state-unreadable`; `undefined` when there is no key file. */
export async function readKey(file: string): Promise<AgentKey | undefined> {
  const privateKey = await readPrivateKey(file, 'ed25519')
  return privateKey && agentKeyOf(privateKey)
}

/** Makes a key and returns it once it is durably stored as PKCS #8 in PEM. @throws StegError `state-unwritable` */
export async function createKey(file: string, clock: Clock): Promise<AgentKey> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await writePrivateKey(file, privateKey, clock)
  return agentKeyOf(privateKey)
}

/** The X25519 key with which calls are sealed. @throws StegError as `readKey` */
export function readSealKey(file: string): Promise<KeyObject | undefined> {
  return readPrivateKey(file, 'x25519')
}

/** Returns once it is durably stored. @throws StegError as `createKey` */
export async function createSealKey(file: string, clock: Clock): Promise<KeyObject> {
  const privateKey = makeSealKey()
  await writePrivateKey(file, privateKey, clock)
  return privateKey
}

async function readPrivateKey(file: string, type: 'ed25519' | 'x25519'): Promise<KeyObject | undefined> {
  const pem = await readText(file)
  if (pem === undefined) return undefined
  try {
    const privateKey = createPrivateKey(pem)
    if (privateKey.asymmetricKeyType !== type) throw new Error(`not a key of type ${type}`)
    return privateKey
  } catch (error) {
    throw unreadable(file, `it does not hold a private key of type ${type}`, error)
  }
}

function writePrivateKey(file: string, privateKey: KeyObject, clock: Clock): Promise<void> {
  return writeDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), clock)
}

export function agentKeyOf(privateKey: KeyObject): AgentKey {
  return { privateKey, publicJwk: publicJwk(privateKey) }
}

function publicJwk(privateKey: KeyObject): JWK {
  const { kty, crv, x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { kty, crv, x } as JWK
}
