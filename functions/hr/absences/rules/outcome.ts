/** What an answer of Sage to a request for leave means. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly id: string }
  /** This request is not taken; others may be. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  /** Nothing was done, because the session is over. */
  | { readonly kind: 'signed-out' }
  /** Nothing was done, and nothing would be done with the others. */
  | { readonly kind: 'blocked'; readonly status: number }
  /** It may have taken effect. */
  | { readonly kind: 'doubt'; readonly problem: 'status' | 'page' | 'form'; readonly status: number }

export interface SageReply {
  readonly status: number
  readonly html: boolean
  /** The body where it is JSON. */
  readonly value: unknown
  /** The Id in it, where there is one. */
  readonly id: unknown
}

/** About this request alone: bad request, no such person, conflict, unprocessable. */
const refusing: ReadonlySet<number> = new Set([400, 404, 409, 422])

export function outcomeOf({ status, html, value, id }: SageReply): Outcome {
  if (status === 401 || status === 302 || status === 303) return { kind: 'signed-out' }
  if (refusing.has(status) && !html) return { kind: 'refused', status, reason: reasonIn(value) }
  if (status >= 400 && status < 500) return { kind: 'blocked', status }
  if (status < 200 || status >= 300) return { kind: 'doubt', problem: 'status', status }
  if (html) return { kind: 'doubt', problem: 'page', status }
  return isId(id) ? { kind: 'accepted', id: String(id) } : { kind: 'doubt', problem: 'form', status }
}

function isId(id: unknown): boolean {
  return (typeof id === 'number' && Number.isSafeInteger(id)) || (typeof id === 'string' && id !== '')
}

/** Sage's own words: `{Message}` as ASP.NET answers, or a plain text. */
function reasonIn(value: unknown): string {
  const message = typeof value === 'object' && value !== null && 'Message' in value ? value.Message : value
  return typeof message === 'string' ? message.slice(0, 300) : '–'
}
