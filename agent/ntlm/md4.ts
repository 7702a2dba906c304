/**
 * MD4 (RFC 1320), which NTLM needs for one thing: the hash of a password. OpenSSL 3 no longer has it. It is broken as a
 * hash, and NTLM uses it as nothing else could be used there.
 */
const BLOCK_BYTES = 64

type Mix = (x: number, y: number, z: number) => number
type Words = [number, number, number, number]

interface Round {
  readonly mix: Mix
  readonly add: number
  /** Which word of the block each step takes. */
  readonly order: readonly number[]
  readonly shifts: readonly [number, number, number, number]
}

/** RFC 1320, 3.4. */
const rounds: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    add: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    add: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    add: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
]

export function md4(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES)
  padded.set(message)
  padded[message.length] = 0x80
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8)
  let state: Words = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) {
    state = added(state, mixed(state, padded.subarray(at, at + BLOCK_BYTES)))
  }
  const digest = Buffer.alloc(16)
  for (const [index, word] of state.entries()) digest.writeUInt32LE(word >>> 0, index * 4)
  return digest
}

function mixed([a0, b0, c0, d0]: Words, block: Buffer): Words {
  let [a, b, c, d] = [a0, b0, c0, d0]
  for (const { mix, add, order, shifts } of rounds) {
    for (const [step, word] of order.entries()) {
      const sum = (a + mix(b, c, d) + block.readUInt32LE(word * 4) + add) | 0
      const shift = shifts[step % 4] ?? 0
      const turned = (sum << shift) | (sum >>> (32 - shift))
      ;[a, b, c, d] = [d, turned, b, c]
    }
  }
  return [a, b, c, d]
}

function added([a, b, c, d]: Words, [e, f, g, h]: Words): Words {
  return [(a + e) | 0, (b + f) | 0, (c + g) | 0, (d + h) | 0]
}
