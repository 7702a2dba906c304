import { pipeline, Readable, type Transform } from 'node:stream'
import { promisify } from 'node:util'
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzip,
  inflate,
  inflateRaw,
} from 'node:zlib'

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const zlibInflate: Decoder = promisify(inflate)
const rawInflate: Decoder = promisify(inflateRaw)
const gzip: Decoder = promisify(gunzip)
const ZLIB_METHOD = 8

/** Servers send either form under the name "deflate" (RFC 9110, 8.4.1.2). */
const deflate: Decoder = (body, options) =>
  ((body[0] ?? 0) & 0x0f) === ZLIB_METHOD ? zlibInflate(body, options) : rawInflate(body, options)

const decoders: Readonly<Record<string, Decoder>> = {
  gzip,
  'x-gzip': gzip,
  deflate,
  br: promisify(brotliDecompress),
}

const streams: Readonly<Record<string, (body: Readable) => Readable>> = {
  gzip: (body) => through(body, createGunzip()),
  'x-gzip': (body) => through(body, createGunzip()),
  deflate: (body) => Readable.from(inflatedEither(body), { objectMode: false }),
  br: (body) => through(body, createBrotliDecompress()),
}

function through(body: Readable, decoder: Transform): Readable {
  // An error of the body comes out of the decoder, and ending the decoder ends the body.
  pipeline(body, decoder, () => undefined)
  return decoder
}

async function* inflatedEither(body: Readable): AsyncGenerator<Buffer> {
  const pieces = body.iterator() as AsyncIterator<Buffer>
  const first = await pieces.next()
  if (first.done) return
  const zlib = ((first.value[0] ?? 0) & 0x0f) === ZLIB_METHOD
  async function* all() {
    yield first.value
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value
  }
  yield* through(Readable.from(all()), zlib ? createInflate() : createInflateRaw())
}

/**
 * Undoes content codings while the body comes. `undefined` when one of them is not known. Damaged or incomplete data makes
 * the stream fail with the decoder's error.
 */
export function decodedStream(encodings: readonly string[], body: Readable): Readable | undefined {
  const steps = encodings.filter((name) => name !== 'identity').map((name) => streams[name])
  if (steps.includes(undefined)) return undefined
  return steps.reverse().reduce((stream, step) => step?.(stream) ?? stream, body)
}

export class DecodedTooLarge extends Error {}

/**
 * Undoes content codings (RFC 9110, 8.4), the last one first. `undefined` when one of them is not known.
 * @throws DecodedTooLarge over `maxBytes`, and the decoder's error when the data is damaged or incomplete.
 */
export async function decodeContent(
  encodings: readonly string[],
  body: Buffer,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const steps = encodings.filter((name) => name !== 'identity').map((name) => decoders[name])
  let decoded = body
  for (const step of steps.reverse()) {
    if (step === undefined) return undefined
    try {
      decoded = await step(decoded, { maxOutputLength: maxBytes })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new DecodedTooLarge()
      throw error
    }
  }
  return decoded
}
