import { type Bytes, encodingFor } from '../../shared/stream/encode.ts'
import { gather } from '../../shared/stream/gather.ts'
import type { CallHead } from '../../shared/wire/call.ts'
import { MAX_FRAME_BYTES, packBody } from '../../shared/wire/frame.ts'
import type { StreamedBody } from '../../shared/wire/stream.ts'

/** Room for the head of a call: address, header fields, and what is around them, the keys for several agents included. */
const HEAD_BYTES = 64 * 1024
const ONE_MESSAGE_BYTES = MAX_FRAME_BYTES - HEAD_BYTES

export interface RequestBody {
  readonly info: CallHead['body']
  /** What goes with the head. */
  readonly bytes: Uint8Array | undefined
  /** What follows it. */
  readonly upload: { readonly body: Bytes; readonly encoding: StreamedBody['encoding'] } | undefined
}

/** A body that fits into the message of the call goes with it; the others follow, when that is allowed. */
export async function prepareBody(
  body: Bytes | Uint8Array | undefined,
  mayStream: boolean,
): Promise<RequestBody> {
  if (body === undefined) return inOneMessage(new Uint8Array(0))
  if (body instanceof Uint8Array) {
    const packed = await inOneMessage(body)
    const fits = (packed.bytes?.length ?? 0) <= ONE_MESSAGE_BYTES
    return fits || !mayStream ? packed : streamed(once(body), body, body.length)
  }
  const gathered = await gather(body, ONE_MESSAGE_BYTES)
  if (gathered.kind === 'whole') return inOneMessage(gathered.bytes)
  return streamed(gathered.body, gathered.beginning, null)
}

async function inOneMessage(body: Uint8Array): Promise<RequestBody> {
  const packed = await packBody(body)
  return { info: packed?.info ?? null, bytes: packed?.bytes, upload: undefined }
}

function streamed(body: Bytes, beginning: Uint8Array, size: number | null): RequestBody {
  const encoding = encodingFor(beginning)
  return { info: { streamed: true, encoding, size }, bytes: undefined, upload: { body, encoding } }
}

async function* once(bytes: Uint8Array): Bytes {
  yield bytes
}
