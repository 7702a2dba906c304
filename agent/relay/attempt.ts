import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Bytes } from '../../shared/stream/encode.ts'
import { type IncomingBody, receiveBody, WINDOW } from '../../shared/stream/incoming.ts'
import { type OutgoingBody, sendBody } from '../../shared/stream/outgoing.ts'
import type { CallHead, ControlHead, ReplyHead } from '../../shared/wire/call.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import { encodeFrame } from '../../shared/wire/frame.ts'
import type { StreamedBody } from '../../shared/wire/stream.ts'
import type { AnswerParts, Outcome } from './answers.ts'

export interface AttemptParts extends AnswerParts {
  readonly agentId: string
  readonly log: Logger
}

/** This agent's work on one call: what belongs to it while it is under way. */
export interface Attempt {
  readonly from: NonNullable<ReplyHead['from']>
  /** For an answer that goes with something streamed. */
  fromIf(streaming: boolean): ReplyHead['from']
  /** Aborted when it has to end: nobody waits any more, the time is over, the agent stops. */
  readonly signal: AbortSignal
  end(reason: Error): void
  /** The request's body, which comes once it is asked for with `askForBody`. */
  receive(info: StreamedBody): Readable
  askForBody(): Promise<void>
  /** Sends an answer as a stream; resolves when all of it is with the broker. */
  sendStreamed(
    head: { status: number; headers: CallHead['headers'] },
    body: Bytes,
    info: StreamedBody,
    /** Each piece goes out by itself instead of in full chunks. */
    asItComes?: boolean,
  ): Promise<void>
  /** What the hub says about it meanwhile. */
  on(control: ControlHead['control'], bytes: Uint8Array): void
}

export function createAttempt(parts: AttemptParts, head: CallHead, sessionId: string): Attempt {
  const { id, deadline } = head
  const from = { agentId: parts.agentId, attempt: randomUUID() }
  const limit = new AbortController()
  let incoming: IncomingBody | undefined
  let outgoing: OutgoingBody | undefined
  let count = 0

  function say(outcome: Outcome, body: StreamedBody | null, bytes?: Uint8Array): Promise<void> {
    const reply: ReplyHead = { v: WIRE_VERSION, id, outcome, from, body }
    const frame = parts.channel.seal(id, encodeFrame(reply, bytes, 'response'))
    count += 1
    return parts.sendReply({ id, sessionId, frame, part: `${from.attempt}-${count}` }, deadline)
  }

  function end(reason: Error): void {
    limit.abort(reason)
    outgoing?.stop(reason)
    incoming?.fail(reason)
  }

  return {
    from,
    fromIf: (streaming) => (streaming ? from : undefined),
    signal: limit.signal,
    end,
    receive(info) {
      incoming = receiveBody({
        encoding: info.encoding,
        size: info.size,
        grant(credit) {
          say({ kind: 'credit', credit }, null).catch((error) =>
            parts.log.warn('no more could be asked for', { id, reason: reasonOf(error) }),
          )
        },
        broken: (reason) => new StegError('request-broken', { target: head.target.name, reason }),
        onEnd: () => undefined,
      })
      return incoming.bytes
    },
    askForBody: () => say({ kind: 'continue', credit: WINDOW }, null),
    async sendStreamed({ status, headers }, body, info, asItComes = false) {
      outgoing = sendBody({
        body,
        encoding: info.encoding,
        asItComes,
        // The hub must know what the chunks are before the first one comes.
        credit: 0,
        send: ({ bytes, ...place }) => say({ kind: 'chunk', ...place }, null, bytes),
      })
      try {
        await say({ kind: 'answered', status, headers }, info)
        outgoing.grant(head.credit ?? 0)
      } catch (error) {
        outgoing.stop(error)
      }
      await outgoing.done
    },
    on(control, bytes) {
      if (control.kind === 'cancel') return end(new StegError('call-cancelled', {}))
      if (control.attempt !== from.attempt) return
      if (control.kind === 'credit') outgoing?.grant(control.credit)
      else incoming?.accept({ seq: control.seq, end: control.end, bytes })
    },
  }
}
