import type { IncomingHttpHeaders } from 'node:http'

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
