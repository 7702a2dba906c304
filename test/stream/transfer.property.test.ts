import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodingFor } from '../../shared/stream/encode.ts'
import { gather } from '../../shared/stream/gather.ts'
import { receiveBody, WINDOW } from '../../shared/stream/incoming.ts'
import { sendBody } from '../../shared/stream/outgoing.ts'
import type { Chunk } from '../../shared/wire/stream.ts'

type Fault = 'none' | 'lost' | 'twice' | 'later' | 'altered' | 'cut'

/** Bytes that cannot be compressed, the same for the same seed. */
function noise(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = seed | 1
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    bytes[index] = state >>> 16
  }
  return bytes
}

async function* inPieces(body: Buffer, piece: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < body.length; from += piece) yield body.subarray(from, from + piece)
}

/** Sends a body through a way on which things happen to the chunks. `undefined` when it ended with an error. */
async function transfer(body: Buffer, piece: number, faults: readonly Fault[]): Promise<Buffer | undefined> {
  const held: Chunk[] = []
  let sent = 0
  let delivered = 0
  const receiver = receiveBody({
    encoding: encodingFor(body),
    size: null,
    grant: (total) => sender.grant(total),
    broken: (reason) => new Error(reason),
    onEnd: () => undefined,
  })
  function deliver(chunk: Chunk): void {
    delivered += 1
    receiver.accept(chunk)
  }
  const sender = sendBody({
    body: inPieces(body, piece),
    encoding: encodingFor(body),
    credit: WINDOW,
    async send(chunk) {
      const fault = faults[sent++] ?? 'none'
      if (fault === 'cut') throw new Error('the broker is gone')
      if (fault === 'altered') chunk.bytes[0] = (chunk.bytes[0] ?? 0) ^ 1
      await turn()
      if (fault === 'later') held.push(chunk)
      else if (fault !== 'lost') deliver(chunk)
      if (fault === 'twice') deliver(chunk)
      if (fault !== 'later') for (const late of held.splice(0)) deliver(late)
    },
  })
  // What the deadline does in the end.
  const over = sender.done.then(
    async () => {
      for (const late of held.splice(0)) deliver(late)
      receiver.fail(new Error('too late'))
    },
    () => receiver.fail(new Error('the sender is gone')),
  )
  const pieces: Buffer[] = []
  let failed = false
  const reading = (async () => {
    try {
      for await (const bytes of receiver.bytes) pieces.push(bytes)
    } catch {
      failed = true
    }
  })()
  // A chunk that is lost stops both sides: the sender waits for credit, the receiver for the chunk.
  const stuck = (async () => {
    for (let idle = 0, last = -1; idle < 2000; idle = delivered === last ? idle + 1 : 0) {
      last = delivered
      await turn()
    }
  })()
  await (faults.includes('lost') ? Promise.race([reading, stuck]) : reading.then(() => undefined))
  sender.stop(new Error('the time is over'))
  await Promise.all([reading, over])
  return failed ? undefined : Buffer.concat(pieces)
}

describe('a body on its way', () => {
  it('arrives as it was sent or ends with an error, whatever happens to its chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3_000_000),
        fc.boolean(),
        fc.integer({ min: 1000, max: 400_000 }),
        fc.array(fc.constantFrom<Fault>('none', 'none', 'twice', 'later', 'lost', 'altered', 'cut'), {
          maxLength: 12,
        }),
        fc.nat(),
        async (size, compressible, piece, faults, seed) => {
          const body = compressible ? Buffer.alloc(size, 'Müller ') : noise(size, seed)
          const expected = Buffer.from(body)
          const got = await transfer(body, piece, faults)
          if (got !== undefined) expect(got.equals(expected)).toBe(true)
          const harmless = faults.every((fault) => ['none', 'twice', 'later'].includes(fault))
          if (harmless) expect(got !== undefined).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  }, 120_000)

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['what compresses into one chunk', Buffer.alloc(20_000_000, 'abc')],
    ['what cannot be compressed', noise(20_000_000, 7)],
  ])('brings over %s', async (_case, body) => {
    expect((await transfer(body, 100_000, []))?.equals(body)).toBe(true)
  })

  it('is not read further than the receiver reads', async () => {
    let read = 0
    let total = 0
    async function* source() {
      for (;;) {
        read += 100_000
        yield noise(100_000, read)
      }
    }
    const receiver = receiveBody({
      encoding: 'identity',
      size: null,
      grant: (granted) => sender.grant(granted),
      broken: (reason) => new Error(reason),
      onEnd: () => undefined,
    })
    const sender = sendBody({
      body: source(),
      encoding: 'identity',
      credit: WINDOW,
      send: async (chunk) => receiver.accept(chunk),
    })
    for await (const piece of receiver.bytes) {
      total += piece.length
      for (let turns = 0; turns < 20; turns++) await turn()
      expect(read - total).toBeLessThan((2 * WINDOW + 4) * 256 * 1024)
      if (total > 30_000_000) break
    }
    sender.stop(new Error('enough'))
    await expect(sender.done).rejects.toThrow('enough')
  })

  it('is never longer than announced, and not shorter', async () => {
    for (const [announced, whole] of [
      [9, false],
      [10, true],
      [11, false],
    ] as const) {
      const receiver = receiveBody({
        encoding: 'identity',
        size: announced,
        grant: () => undefined,
        broken: (reason) => new Error(reason),
        onEnd: () => undefined,
      })
      const sender = sendBody({
        body: inPieces(Buffer.from('0123456789'), 3),
        encoding: 'identity',
        credit: WINDOW,
        send: async (chunk) => receiver.accept(chunk),
      })
      const pieces: Buffer[] = []
      const end = await (async () => {
        for await (const piece of receiver.bytes) pieces.push(piece)
        return true
      })().catch(() => false)
      await sender.done
      expect([end, Buffer.concat(pieces).length <= announced]).toEqual([whole, true])
    }
  })

  it('keeps back its end until it is known to be right', async () => {
    const receiver = receiveBody({
      encoding: 'identity',
      size: null,
      grant: () => undefined,
      broken: (reason) => new Error(reason),
      onEnd: () => undefined,
    })
    receiver.accept({ seq: 0, bytes: Buffer.from('first ') })
    receiver.accept({ seq: 1, bytes: Buffer.from('last'), end: { size: 10, sha256: 'x'.repeat(43) } })
    const pieces: string[] = []
    const reading = (async () => {
      for await (const piece of receiver.bytes) pieces.push(String(piece))
    })()
    await expect(reading).rejects.toThrow('altered')
    expect(pieces.join('')).not.toContain('last')
  })

  it('lets go of its source when nobody reads it any more', async () => {
    let closed = false
    async function* source() {
      try {
        for (;;) yield noise(100_000, 1)
      } finally {
        closed = true
      }
    }
    const sender = sendBody({ body: source(), encoding: 'identity', credit: 1, send: async () => undefined })
    await turn()
    sender.stop(new Error('cancelled'))
    await expect(sender.done).rejects.toThrow('cancelled')
    await expect.poll(() => closed).toBe(true)
  })
})

describe('the beginning of a body', () => {
  it('is read as far as it must be, and nothing of it is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(5000),
        fc.integer({ min: 1, max: 700 }),
        fc.nat(3000),
        async (size, piece, limit) => {
          const body = noise(size, 3)
          const gathered = await gather(Readable.from(inPieces(body, piece), { objectMode: false }), limit)
          expect(gathered.kind).toBe(size <= limit ? 'whole' : 'more')
          const pieces: Uint8Array[] = []
          if (gathered.kind === 'more') for await (const bytes of gathered.body) pieces.push(bytes)
          const all = gathered.kind === 'whole' ? gathered.bytes : Buffer.concat(pieces)
          expect(Buffer.from(all).equals(body)).toBe(true)
        },
      ),
    )
  })
})
