import type { Readable } from 'node:stream'
import { isStegError, reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Bytes } from '../../shared/stream/encode.ts'
import { type IncomingBody, receiveBody } from '../../shared/stream/incoming.ts'
import { type OutgoingBody, sendBody } from '../../shared/stream/outgoing.ts'
import { type BodyInfo, type ControlHead, ReplyHead } from '../../shared/wire/call.ts'
import { decodeFrame } from '../../shared/wire/frame.ts'
import type { HubChannel } from '../../shared/wire/seal.ts'
import type { StreamedBody } from '../../shared/wire/stream.ts'
import type { ReplyRouter } from './reply-router.ts'

type Outcome = ReplyHead['outcome']
type Kind = Outcome['kind']
type From = NonNullable<ReplyHead['from']>
export type Control = ControlHead['control']

/** What an agent has answered; a streamed body is still on its way. */
export interface Arrived {
  readonly outcome: Extract<Outcome, { kind: 'answered' | 'pong' }>
  readonly body:
    | { readonly info: BodyInfo | null; readonly bytes: Uint8Array }
    | { readonly stream: Readable }
}

export interface ConversationParts {
  readonly id: string
  readonly router: ReplyRouter
  /** Milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** Opens what agents say about this call. */
  readonly channel: Pick<HubChannel, 'open' | 'senderOf'>
  /** Told which agent has said something. */
  readonly onAgent: ((agentId: string) => void) | undefined
  /** The body of the request, when it does not go with its head. */
  readonly upload: { readonly body: Bytes; readonly encoding: StreamedBody['encoding'] } | undefined
  readonly idempotency: 'repeatable' | 'once'
  readonly targetName: string
  readonly url: string
  /** What this hub makes of the end of the time. */
  readonly tooLate: () => Error
  /** Tells the agent that has taken the call, or all that may have when nobody has said so yet. */
  readonly control: (agentId: string | undefined, control: Control, bytes?: Uint8Array) => Promise<void>
  readonly onControlFailed: (kind: Control['kind'], error: unknown) => void
}

export interface Conversation {
  /** Resolves with the answer. @throws StegError any relay code */
  readonly arrived: Promise<Arrived>
  /** The request could not be sent: no reply will come. */
  abandon(error: unknown): void
  isOver(): boolean
}

/**
 * One call, from its request to the last byte of its answer. When it ends early, because its caller goes away or something
 * is wrong with what comes, the agent is told to stop. The end of the time needs no message: the agent knows it.
 */
export function converse(parts: ConversationParts): Conversation {
  const arrival = Promise.withResolvers<Arrived>()
  arrival.promise.catch(() => undefined)
  let from: From | undefined
  let upload: OutgoingBody | undefined
  let answer: IncomingBody | undefined
  let over = false
  let heard = false

  const listening = parts.router.listen(parts.id, parts.timeout, parts.signal, {
    onFrame,
    onEnd(error) {
      const late = error === parts.router.timedOut
      end(late ? parts.tooLate() : error, !late)
    },
  })

  function tell(control: Control, bytes?: Uint8Array): Promise<void> {
    return parts.control(from?.agentId, control, bytes)
  }

  /** `stopAgent`: it may still be at work on the call. */
  function end(error: Error | undefined, stopAgent: boolean): void {
    if (over) return
    over = true
    listening.close()
    upload?.stop(error ?? new Error('answered'))
    if (error !== undefined) {
      arrival.reject(error)
      answer?.fail(error)
      if (parts.signal?.aborted) answer?.bytes.destroy(error)
    }
    if (stopAgent) tell({ kind: 'cancel' }).catch((failure) => parts.onControlFailed('cancel', failure))
  }

  function onFrame(sealed: Uint8Array): void {
    if (over) return
    try {
      const opened = parts.channel.open(parts.id, sealed)
      const sender = parts.channel.senderOf(sealed)
      if (sender !== undefined && !heard) parts.onAgent?.(sender)
      heard = true
      const { head, body } = decodeFrame(ReplyHead, opened)
      if (belongsToAttempt(head) && !isAttempt(head.from)) secondAttempt(head)
      else said[head.outcome.kind](head, body)
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)), true)
    }
  }

  /** Everything streamed belongs to the agent's work that spoke first; there is no putting two halves together. */
  function isAttempt(other: From | undefined): boolean {
    if (other === undefined)
      throw new StegError('message-invalid', { problem: 'a part that belongs to nothing' })
    from ??= other
    return from.attempt === other.attempt
  }

  /** The first agent is gone, and the broker has given the call to the next one. */
  function secondAttempt(head: ReplyHead): void {
    if (head.outcome.kind !== 'continue' && head.outcome.kind !== 'answered') return
    const known = from
    from = head.from
    end(known === undefined ? broken('there was a second answer') : interrupted(), true)
  }

  function interrupted(): StegError {
    if (parts.idempotency === 'once') return new StegError('indeterminate', {})
    return answer === undefined
      ? requestBroken('the agent was interrupted')
      : broken('the agent was interrupted')
  }

  const said: Readonly<Record<Kind, (head: ReplyHead, bytes: Uint8Array) => void>> = {
    answered: ({ outcome, body }, bytes) => {
      if (outcome.kind !== 'answered' || answer !== undefined) return
      if (body === null || !('streamed' in body)) {
        arrival.resolve({ outcome, body: { info: body, bytes } })
        return end(undefined, false)
      }
      answer = receiveBody({
        encoding: body.encoding,
        size: body.size,
        grant: (credit) => grantMore(credit),
        broken,
        onEnd: (whole) => end(whole ? undefined : broken('abandoned'), !whole),
      })
      arrival.resolve({ outcome, body: { stream: answer.bytes } })
    },
    failed: ({ outcome }) => {
      if (outcome.kind === 'failed') end(StegError.fromRecord(outcome.error), false)
    },
    pong: ({ outcome }, bytes) => {
      if (outcome.kind !== 'pong') return
      arrival.resolve({ outcome, body: { info: null, bytes } })
      end(undefined, false)
    },
    continue: ({ outcome }) => {
      if (outcome.kind !== 'continue' || parts.upload === undefined || upload !== undefined) return
      upload = sendBody({
        ...parts.upload,
        credit: outcome.credit,
        send: ({ bytes, ...place }) => tell({ kind: 'chunk', attempt: from?.attempt ?? '', ...place }, bytes),
      })
      upload.done.catch((error) => end(isStegError(error) ? error : requestBroken(reasonOf(error)), true))
    },
    credit: ({ outcome }) => {
      if (outcome.kind === 'credit') upload?.grant(outcome.credit)
    },
    chunk: ({ outcome }, bytes) => {
      if (outcome.kind === 'chunk') answer?.accept({ seq: outcome.seq, end: outcome.end, bytes })
    },
    gone: () => end(interrupted(), false),
  }

  function grantMore(credit: number): void {
    tell({ kind: 'credit', attempt: from?.attempt ?? '', credit }).catch((error) => {
      parts.onControlFailed('credit', error)
      end(error instanceof Error ? error : broken('no credit'), true)
    })
  }

  function broken(reason: string): StegError {
    return new StegError('response-broken', { url: parts.url, reason })
  }

  function requestBroken(reason: string): StegError {
    return new StegError('request-broken', { target: parts.targetName, reason })
  }

  return { arrived: arrival.promise, abandon: (error) => end(error as Error, false), isOver: () => over }
}

function belongsToAttempt({ outcome, from, body }: ReplyHead): boolean {
  return needsAttempt[outcome.kind] || from !== undefined || (body !== null && 'streamed' in body)
}

/** Which of the agent's messages always belong to one certain attempt; a failure may be anybody's last word. */
const needsAttempt: Readonly<Record<Kind, boolean>> = {
  answered: false,
  failed: false,
  pong: false,
  continue: true,
  credit: true,
  chunk: true,
  gone: true,
}
