/** Which header fields pass between hub and target (RFC 9110, 7.6.1). Names are in lower case. */

export type HeaderPairs = readonly (readonly [name: string, value: string])[]

/** They concern one connection only, or the agent sets them itself: left out without a word. */
const dropped = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'proxy-connection',
  'content-length',
  'accept-encoding',
  'expect',
])
/** They could make the target read the request as another one: no honest caller sends them. */
const refused = new Set(['host', 'transfer-encoding', 'upgrade', 'proxy-authorization', 'proxy-authenticate'])
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** What a field value may consist of (RFC 9110, 5.5). */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** What a field name consists of (RFC 9110, 5.1: token). */
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Characters of all fields together; servers take 8 to 64 KiB. */
const MAX_SIZE = 64 * 1024
/** As many as a reply may carry. */
const MAX_FIELDS = 200

export type HeaderDecision =
  | { readonly ok: true; readonly headers: Record<string, string[]> }
  | { readonly ok: false; readonly reason: string }

/** What is signed in with, as far as header fields are concerned. */
interface SignIn {
  readonly kind: 'basic' | 'ntlm'
  readonly login: string
  readonly password: string
}

/**
 * Header fields of a request to a target. The body travels decoded: no content coding is asked for. Whoever gives a
 * credential must not say `authorization` as well: the agent writes that field, and nobody should have to guess which counts.
 */
export function requestHeaders(pairs: HeaderPairs, signIn?: SignIn): HeaderDecision {
  const named = namedByConnection(pairs)
  const headers: Record<string, string[]> = Object.create(null)
  const size = pairs.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (size > MAX_SIZE) return { ok: false, reason: 'the header fields are too large' }
  for (const [given, value] of pairs) {
    const name = given.toLowerCase()
    if (!FIELD_NAME.test(given)) return { ok: false, reason: 'a header field has a name that is not allowed' }
    if (signIn !== undefined && name === 'authorization')
      return { ok: false, reason: 'the header field "authorization" is not allowed beside a sign-in' }
    if (refused.has(name)) return { ok: false, reason: `the header field "${name}" is not allowed` }
    if (!FIELD_VALUE.test(value)) {
      return { ok: false, reason: `the header field "${name}" contains a character that is not allowed` }
    }
    if (dropped.has(name) || named.has(name)) continue
    headers[name] = [...(headers[name] ?? []), value]
  }
  headers['accept-encoding'] = ['identity']
  // RFC 7617, in UTF-8. NTLM is a matter of the connection.
  if (signIn?.kind === 'basic') headers.authorization = [basic(signIn)]
  return { ok: true, headers }
}

function basic({ login, password }: SignIn): string {
  return `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`
}

/** Header fields of a target's answer as the hub gets them; `undefined` when there are more than a reply may carry. */
export function responseHeaders(pairs: HeaderPairs): [string, string][] | undefined {
  const named = namedByConnection(pairs)
  const kept = pairs.filter(([name]) => !hopByHop.has(name) && !named.has(name))
  return kept.length > MAX_FIELDS ? undefined : kept.map(([name, value]) => [name, value])
}

function namedByConnection(pairs: HeaderPairs): Set<string> {
  const names = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase())
  return new Set(names)
}
