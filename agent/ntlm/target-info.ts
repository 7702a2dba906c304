/** What a server says of itself, and what the client adds to it: AV_PAIRs of MS-NLMP, 2.2.2.1. */
export const AV = { flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const
const END = 0

export type AvPair = readonly [id: number, value: Buffer]

/** @returns undefined when they do not end as they should */
export function parseAvPairs(bytes: Buffer): AvPair[] | undefined {
  const pairs: AvPair[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const id = bytes.readUInt16LE(at)
    const length = bytes.readUInt16LE(at + 2)
    if (id === END) return pairs
    if (at + 4 + length > bytes.length) return undefined
    pairs.push([id, bytes.subarray(at + 4, at + 4 + length)])
    at += 4 + length
  }
  return undefined
}

export function writeAvPairs(pairs: readonly AvPair[]): Buffer {
  const written = pairs.map(([id, value]) => Buffer.concat([uint16(id), uint16(value.length), value]))
  return Buffer.concat([...written, uint16(END), uint16(0)])
}

export function pairOf(pairs: readonly AvPair[], id: number): Buffer | undefined {
  return pairs.find(([own]) => own === id)?.[1]
}

/** The pairs with this one instead of what stood under its id. */
export function withPair(pairs: readonly AvPair[], id: number, value: Buffer): AvPair[] {
  return [...pairs.filter(([own]) => own !== id), [id, value]]
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
