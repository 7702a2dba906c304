import type { Cookie, HttpRequest } from '@azure/functions'
import { originOf, type Site } from './site.ts'

/**
 * What the hub keeps in a browser: the session; that this browser has signed in before; a sign-in with Microsoft under
 * way, which must come back from another site and is therefore not `Strict`.
 */
const sameSite = { session: 'Strict', known: 'Strict', flow: 'Lax' } as const
export type CookieKind = keyof typeof sameSite

export interface NewCookie {
  readonly kind: CookieKind
  /** Empty takes the cookie away. */
  readonly value: string
  readonly maxAgeSeconds: number
}

/** The cookies of the request by their kind. */
export function cookiesOf(request: HttpRequest, site: Site): Readonly<Partial<Record<CookieKind, string>>> {
  const sent = new Map<string, string>()
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=')
    // The first of a name is the most specific one, which a plain-http neighbour cannot put before a `__Host-` one.
    const name = pair.slice(0, at).trim()
    if (at > 0 && !sent.has(name)) sent.set(name, pair.slice(at + 1).trim())
  }
  const found: Partial<Record<CookieKind, string>> = {}
  for (const kind of Object.keys(sameSite) as CookieKind[]) {
    const value = sent.get(nameOf(kind, originOf(request, site)))
    if (value) found[kind] = value
  }
  return found
}

export function setCookie(cookie: NewCookie, request: HttpRequest, site: Site): Cookie {
  const origin = originOf(request, site)
  return {
    name: nameOf(cookie.kind, origin),
    value: cookie.value,
    path: '/',
    httpOnly: true,
    secure: origin.protocol === 'https:',
    sameSite: sameSite[cookie.kind],
    maxAge: cookie.value === '' ? 0 : cookie.maxAgeSeconds,
  }
}

/** Browsers share cookies between ports, so a laptop's platforms have one name each. */
function nameOf(kind: CookieKind, origin: URL): string {
  return origin.protocol === 'https:' ? `__Host-steg-${kind}` : `steg-${kind}-${origin.port || '80'}`
}
