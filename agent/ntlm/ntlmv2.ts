import { createHmac } from 'node:crypto'
import { md4 } from './md4.ts'

/** What a password proves of itself: MS-NLMP, 3.3.2. There is no NTLMv1 here. */

/** NTOWFv2. Only the user is put into capitals, letter by letter as Windows does. */
export function ownerKey(user: string, domain: string, password: string): Buffer {
  return hmacMd5(md4(utf16(password)), utf16(capitals(user) + domain))
}

export interface ProofParts {
  readonly serverChallenge: Uint8Array
  /** 8 bytes. */
  readonly clientChallenge: Uint8Array
  /** 100 ns since 1601, little endian. */
  readonly time: Uint8Array
  /** AV_PAIRs with their end. */
  readonly targetInfo: Uint8Array
}

/** The response to a challenge, and the key that both sides have from then on. */
export function prove(
  key: Uint8Array,
  { serverChallenge, clientChallenge, time, targetInfo }: ProofParts,
): { readonly response: Buffer; readonly sessionKey: Buffer } {
  const rest = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    time,
    clientChallenge,
    Buffer.alloc(4),
    targetInfo,
    Buffer.alloc(4),
  ])
  const proof = hmacMd5(key, serverChallenge, rest)
  return { response: Buffer.concat([proof, rest]), sessionKey: hmacMd5(key, proof) }
}

/** LMv2, for servers that say no time. */
export function proveShort(key: Uint8Array, { serverChallenge, clientChallenge }: ProofParts): Buffer {
  return Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge])
}

export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac('md5', key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

/** What becomes longer in capitals ("ß") stays as it is. */
function capitals(text: string): string {
  return [...text]
    .map((letter) => {
      const capital = letter.toUpperCase()
      return capital.length === letter.length ? capital : letter
    })
    .join('')
}
