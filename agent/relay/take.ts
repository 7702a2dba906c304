import { type Bytes, encodingFor } from '../../shared/stream/encode.ts'
import { gather } from '../../shared/stream/gather.ts'
import type { CallHead } from '../../shared/wire/call.ts'
import type { StreamedBody } from '../../shared/wire/stream.ts'
import type { OpenedAnswer } from './target-http.ts'

/** An answer up to this size, uncompressed, is tried as one message before it is streamed. Bytes. */
const WHOLE_BYTES = 1024 * 1024
/** The beginning of what is streamed in any case, to see whether it can be compressed. Bytes. */
const BEGINNING_BYTES = 64 * 1024

type Head = { readonly status: number; readonly headers: CallHead['headers'] }
/** What a target has answered: all of it, or what may be too much for one message. */
export type Got =
  | { readonly head: Head; readonly whole: Uint8Array }
  | {
      readonly head: Head
      readonly beginning: Uint8Array
      readonly body: Bytes
      readonly size: number | null
      /** Nothing waits for more of it. */
      readonly asItComes: boolean
    }

/** How the answer of a target is taken. */
export type Take = (opened: OpenedAnswer) => Promise<Got>

/** What is small is read to its end, so that it can go in one message. */
export async function takeSmall(opened: OpenedAnswer): Promise<Got> {
  const { announced } = opened
  if (announced !== undefined && announced <= WHOLE_BYTES) {
    const { body: whole, ...head } = await opened.whole()
    return { head, whole }
  }
  const { body, ...head } = opened.streamed()
  const gathered = await gather(body, announced === undefined ? WHOLE_BYTES : BEGINNING_BYTES)
  if (gathered.kind === 'whole') return { head, whole: gathered.bytes }
  return {
    head,
    beginning: gathered.beginning,
    body: gathered.body,
    size: announced ?? null,
    asItComes: false,
  }
}

/** The head goes out before anything of the body has come, and each piece of the body by itself. */
export async function takeAsItComes(opened: OpenedAnswer): Promise<Got> {
  const { body, ...head } = opened.streamed()
  return { head, beginning: new Uint8Array(0), body, size: opened.announced ?? null, asItComes: true }
}

export function infoOf(beginning: Uint8Array, size: number | null): StreamedBody {
  return { streamed: true, encoding: encodingFor(beginning), size }
}
