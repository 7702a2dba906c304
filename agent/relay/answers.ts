import { isStegError, type StegError } from '../../shared/errors/error.ts'
import type { ReplyHead } from '../../shared/wire/call.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import { encodeFrame, packBody } from '../../shared/wire/frame.ts'
import type { Channel } from '../../shared/wire/seal.ts'
import type { Tally } from './counters.ts'

export type Outcome = ReplyHead['outcome']
export interface Answer {
  readonly outcome: Outcome
  readonly body?: Uint8Array
}

/** Sends one message about a call. `part` tells apart the messages of one call, which may come in any number. */
export type SendReply = (
  reply: { id: string; sessionId: string; frame: Uint8Array; part?: string },
  deadline: number,
) => Promise<void>

export interface AnswerParts {
  readonly channel: Channel
  /** Resolves when the broker has accepted the reply. `deadline` by the hub's clock. */
  readonly sendReply: SendReply
  readonly tally: Pick<Tally, 'error'>
}

export function failed(error: StegError): Answer {
  return { outcome: { kind: 'failed', error: { code: error.code, params: error.params } } }
}

/** The one message of an answer, sealed: as it travels, and as it is journalled. @throws StegError `call-too-large` */
export async function wholeFrame(
  { channel, tally }: AnswerParts,
  id: string,
  { outcome, body }: Answer,
  from?: ReplyHead['from'],
): Promise<Uint8Array> {
  if (outcome.kind === 'failed') tally.error(outcome.error.code)
  const packed = await packBody(body ?? new Uint8Array(0))
  const head: ReplyHead = { v: WIRE_VERSION, id, outcome, from, body: packed?.info ?? null }
  return channel.seal(id, encodeFrame(head, packed?.bytes, 'response'))
}

/** The same; an answer that is too large becomes the failure that says so. */
export async function fittingFrame(parts: AnswerParts, id: string, answer: Answer): Promise<Uint8Array> {
  try {
    return await wholeFrame(parts, id, answer)
  } catch (error) {
    if (!isStegError(error, 'call-too-large')) throw error
    return wholeFrame(parts, id, failed(error))
  }
}
