import type { HttpRequest } from '@azure/functions'
import type { Client } from './principal.ts'

/** How the hub is reached from outside; what a request says about itself is not always that. */
export interface Site {
  /** The address in links and the origin of the portal, e.g. `https://steg.example`; undefined when not configured. */
  readonly publicUrl: string | undefined
  /**
   * Front ends of our own before the hub, each of which appends the address it saw to `X-Forwarded-For`. In Azure the
   * platform's own is one. What stands further left was sent by the caller and proves nothing.
   */
  readonly proxies: number
}

/** The address of the hub as this caller's browser sees it. */
export function originOf(request: HttpRequest, site: Site): URL {
  return new URL(site.publicUrl ?? request.url)
}

/** Whether a browser may have sent the request from one of our own pages. Programs send no Origin. */
export function isOwnOrigin(request: HttpRequest, site: Site): boolean {
  const origin = request.headers.get('origin')
  if (origin === null) return request.headers.get('sec-fetch-site') !== 'cross-site'
  if (!URL.canParse(origin)) return false
  return origin === originOf(request, site).origin || origin === new URL(request.url).origin
}

export function clientOf(request: HttpRequest, site: Site): Client {
  const forwarded = (request.headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim())
  return {
    address: site.proxies === 0 ? '' : withoutPort(forwarded.at(-site.proxies) ?? ''),
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 300),
  }
}

/** Azure writes `203.0.113.7:51234` and `[2001:db8::1]:51234`. */
function withoutPort(text: string): string {
  const bracketed = /^\[([0-9a-fA-F:.]+)\](?::\d+)?$/.exec(text)?.[1]
  const address = bracketed ?? /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(text)?.[1] ?? text
  return /^[0-9a-fA-F:.]{2,45}$/.test(address) ? address.toLowerCase() : ''
}
