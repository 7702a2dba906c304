import type { ErrorCode } from '../../../../shared/errors/error.ts'
import type { Certainty } from './attempt.ts'

/** What came back of one request, as far as it matters for what may be done next. */
export const answerKinds = [
  'accepted',
  'refused',
  'blocked',
  'not-sent',
  'signed-out',
  'unclear',
  'cut',
  'unknown',
] as const
/**
 * `accepted`: done, and under which id. `refused`: this item is not taken; others may be. `blocked`: nothing was done,
 * and nothing would be done with the others. `not-sent`: it did not reach the target. `signed-out`: the session is over,
 * or ended while the request was worked on. `unclear`: the target answered, and what it said is of no use. `cut`: it
 * reached the target and nobody waits for it any more. `unknown`: it may still be on its way.
 */
export type AnswerKind = (typeof answerKinds)[number]

/**
 * How a target tells a request that it gets twice from two requests.
 * - `content`: not at all; what it lists is compared with what was sent, and with what it listed before.
 * - `mark`: what is created carries a mark of the item, which can be found again.
 * - `key`: a repeat with the same key is answered as the first was, and changes nothing.
 */
export type Recognition = 'content' | 'mark' | 'key'

/** What the answer to an attempt is judged with. */
export type AttemptFacts =
  /** No request for this item was sent before. */
  | 'first'
  /** Earlier ones were, and the target did not show them. */
  | 'repeated'
  /** The target knows repeats by their key. */
  | 'keyed'

export function factsOf(attempt: { readonly number: number }, recognises: Recognition): AttemptFacts {
  if (recognises === 'key') return 'keyed'
  return attempt.number > 1 ? 'repeated' : 'first'
}

export type Next =
  | 'confirm'
  | 'refuse'
  /** An earlier request may have arrived after all, and be what this one was refused for. */
  | 'refuse-unless-there'
  /** Takes the attempt back and ends the lane. */
  | 'stop'
  | 'read-back'
  | 'send-again'

const always = (next: Next): Readonly<Record<AttemptFacts, Next>> => ({
  first: next,
  repeated: next,
  keyed: next,
})
/** Neither a clear yes nor a clear no from before anything began. */
const indeterminate = { first: 'read-back', repeated: 'read-back', keyed: 'send-again' } as const

/** What happens after an answer. Nothing is sent again before it is certain what became of the request. */
export const afterAnswer: Readonly<Record<AnswerKind, Readonly<Record<AttemptFacts, Next>>>> = {
  accepted: always('confirm'),
  refused: { first: 'refuse', repeated: 'refuse-unless-there', keyed: 'refuse' },
  blocked: always('stop'),
  'not-sent': always('stop'),
  'signed-out': indeterminate,
  unclear: indeterminate,
  cut: indeterminate,
  unknown: indeterminate,
}

export const certaintyOf: Readonly<Record<AnswerKind, Certainty>> = {
  accepted: 'target-done',
  refused: 'target-done',
  blocked: 'target-done',
  'not-sent': 'target-done',
  'signed-out': 'target-done',
  unclear: 'target-done',
  cut: 'carrier-done',
  unknown: 'none',
}

export interface HttpReply {
  readonly status: number
  /** A page for people in place of an answer. */
  readonly html: boolean
  /** What names the created item in the answer, where there is anything. */
  readonly id: unknown
}

/** About this item alone: bad request, not found, conflict, unprocessable. */
const refusing: ReadonlySet<number> = new Set([400, 404, 409, 422])
/** 401, or the way of web servers to say the same: a redirect to the sign-in page. */
const signedOut: ReadonlySet<number> = new Set([401, 302, 303])
/** Answers of a gateway in between, which does not know what became of the request behind it. */
const proxied: ReadonlySet<number> = new Set([502, 504])

/** What an HTTP answer to a request that creates something means. */
export function kindOfReply({ status, html, id }: HttpReply): AnswerKind {
  if (status >= 200 && status < 300) return !html && isId(id) ? 'accepted' : 'unclear'
  if (refusing.has(status) && !html) return 'refused'
  if (signedOut.has(status)) return 'signed-out'
  if (status >= 400 && status < 500) return 'blocked'
  return proxied.has(status) ? 'cut' : 'unclear'
}

function isId(id: unknown): boolean {
  return (typeof id === 'number' && Number.isSafeInteger(id)) || (typeof id === 'string' && id !== '')
}

/** The agent says: the request did not reach its target. */
const notSent: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'target-unreachable',
  'target-unknown',
  'target-not-allowed',
  'request-refused',
])
/** The agent says: it reached its target, and what came back is of no use. */
const cut: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['response-broken'])

/** What a failed call means for a request that must not be executed twice. */
export function kindOfFailure(code: ErrorCode): 'not-sent' | 'cut' | 'unknown' {
  if (notSent.has(code)) return 'not-sent'
  return cut.has(code) ? 'cut' : 'unknown'
}
