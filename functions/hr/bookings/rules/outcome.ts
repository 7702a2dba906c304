import type { ErrorCode } from '../../../../shared/errors/error.ts'
import type { Doubt } from './doubt.ts'

/** What an answer of Sage to a booking means. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly id: string }
  /** This booking is not taken; others may be. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nothing was done, and nothing would be done with the others. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'doubt'; readonly doubt: Doubt }

export interface SageReply {
  readonly status: number
  readonly html: boolean
  /** The body where it is JSON. */
  readonly value: unknown
  /** The Id in it, where there is one. */
  readonly id: unknown
}

/** About this booking alone: bad request, no such person, conflict, unprocessable. */
const refusing: ReadonlySet<number> = new Set([400, 404, 409, 422])

/** Answers of a gateway in between, which does not know what became of the request behind it. */
const proxied: ReadonlySet<number> = new Set([502, 504])

/** A lost session (401, a redirect to the sign-in page) is a doubt that one reading clears. */
export function outcomeOf(reply: SageReply): Outcome {
  const { status, html, id } = reply
  if (status >= 200 && status < 300 && !html && isId(id)) return { kind: 'accepted', id: String(id) }
  if (refusing.has(status) && !html) return { kind: 'refused', reason: reasonIn(reply.value) }
  if (status >= 400 && status < 500 && status !== 401) return { kind: 'blocked' }
  return { kind: 'doubt', doubt: proxied.has(status) ? 'agent-done' : 'sage-done' }
}

function isId(id: unknown): boolean {
  return (typeof id === 'number' && Number.isSafeInteger(id)) || (typeof id === 'string' && id !== '')
}

/** Sage's own words: `{Message}` as ASP.NET answers, or a plain text. */
function reasonIn(value: unknown): string {
  const message = typeof value === 'object' && value !== null && 'Message' in value ? value.Message : value
  return typeof message === 'string' ? message.slice(0, 300) : '–'
}

/** The agent says: the request did not reach Sage. */
const notSent: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'target-unreachable',
  'target-unknown',
  'target-not-allowed',
  'request-refused',
])
/** The agent says: it reached Sage, and what came back is of no use. */
const agentDone: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['response-broken'])

/** What a failed call means for a request that must not be sent twice. */
export function outcomeOfFailure(code: ErrorCode): 'not-sent' | Doubt {
  if (notSent.has(code)) return 'not-sent'
  return agentDone.has(code) ? 'agent-done' : 'unknown'
}
