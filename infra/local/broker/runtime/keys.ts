import { randomBytes } from 'node:crypto'

/** Names for locks: 32 hexadecimal digits, never the same twice, also not after a restart. */
export function createKeys(): () => string {
  const prefix = randomBytes(10).toString('hex')
  let count = 0
  return () => prefix + (count++ % 0x1_0000_0000_0000).toString(16).padStart(12, '0')
}

/** The first three groups of a GUID are little-endian in .NET; a delivery tag carries them so. */
function swapped(bytes: Buffer): Buffer {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = bytes
  bytes.set([d, c, b, a, f, e, h, g])
  return bytes
}

export const tagOfKey = (key: string): Buffer => swapped(Buffer.from(key, 'hex'))
