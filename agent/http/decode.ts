import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib'

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
