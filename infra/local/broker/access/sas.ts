import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Policy, Right } from '../settings.ts'

/** What a valid token allows. */
export interface Grant {
  /** Host and path in lower case without scheme and port: `host/queue`. Covers this path and all below it. */
  readonly audience: string
  readonly rights: ReadonlySet<Right>
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export type Verdict =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly problem: string }

const no = (problem: string): Verdict => ({ ok: false, problem })

/** Scheme, port, query and case say nothing about the entity that a URI names. */
export function canonicalAudience(uri: string): string {
  const [, host = '', path = ''] = /^(?:\w+:\/\/)?([^/?]*)([^?]*)/.exec(uri.toLowerCase()) ?? []
  return host.replace(/:\d+$/, '') + path.replace(/\/+$/, '')
}

/** Whether a token for `audience` covers `uri` (both canonical): the same, or a part of the path below it. */
export const covers = (audience: string, uri: string) => uri === audience || uri.startsWith(`${audience}/`)

/** The path of a canonical audience; empty for the whole namespace. */
export const pathOf = (audience: string) => audience.replace(/^[^/]*\/?/, '')

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return ''
  }
}

function fieldsOf(token: string): ReadonlyMap<string, string> | undefined {
  const rest = /^SharedAccessSignature\s+(.*)$/s.exec(token)?.[1]
  if (rest === undefined) return undefined
  const pairs = rest.split('&').map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  return new Map(pairs)
}

/**
 * Checks a token of the form `SharedAccessSignature sr=…&sig=…&se=…&skn=…`: the signature is the HMAC-SHA256 of the
 * encoded `sr`, a line feed and `se` (seconds since the epoch) with the policy's key.
 * Source: learn.microsoft.com, "Service Bus access control with Shared Access Signatures".
 */
export function verifyToken(token: string, policies: readonly Policy[], now: number): Verdict {
  const fields = fieldsOf(token)
  const resource = fields?.get('sr')
  const expiry = fields?.get('se')
  const signature = decode(fields?.get('sig') ?? '')
  const policy = policies.find((one) => one.name === decode(fields?.get('skn') ?? ''))
  if (!resource || !expiry || !signature || !/^\d{1,12}$/.test(expiry))
    return no('The token is not a shared access signature.')
  if (!policy) return no('The token names an unknown policy.')
  const expected = createHmac('sha256', policy.key).update(`${resource}\n${expiry}`, 'utf8').digest()
  const given = Buffer.from(signature, 'base64')
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return no('The signature of the token is wrong.')
  const expiresAt = Number(expiry) * 1000
  if (expiresAt <= now) return no('The token has expired.')
  const rights = new Set(policy.rights)
  return { ok: true, grant: { audience: canonicalAudience(decode(resource)), rights, expiresAt } }
}
