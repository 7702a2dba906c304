import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

/** Set by Azure's own sign-in; whoever sends them from outside would be taken for somebody signed in. */
const reserved = /^x-ms-client-principal(-|$)/

/** One text per header name, as the host hands them to the library. */
export function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || reserved.test(name)) continue
    plain[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return plain
}

/** As Azure's front end does: the caller's address and port behind whatever the caller claimed. */
export function withCaller(headers: Record<string, string>, socket: Socket): Record<string, string> {
  const { remoteAddress = '', remotePort = 0, remoteFamily } = socket
  const seen = remoteFamily === 'IPv6' ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
  const claimed = headers['x-forwarded-for']
  return { ...headers, 'x-forwarded-for': claimed === undefined ? seen : `${claimed}, ${seen}` }
}
