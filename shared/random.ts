import { randomBytes } from 'node:crypto'

/** Where randomness comes from. Handed in, so that tests are repeatable. */
export interface Random {
  /** Unpredictable bytes. */
  bytes(count: number): Uint8Array
}

export const systemRandom: Random = { bytes: (count) => randomBytes(count) }

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** An identifier of `length` characters from 32 that are hard to confuse (Crockford's base 32): 5 bits each. */
export function randomId(random: Random, length: number): string {
  let id = ''
  for (const byte of random.bytes(length)) id += ALPHABET[byte % 32]
  return id
}
