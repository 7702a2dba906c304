import type { HttpHandler } from '@azure/functions'
import { type Tracing, traceparentOrNone } from '../../shared/telemetry/tracing.ts'
import type { Endpoint } from './endpoint.ts'

/** A handler whose requests are spans that continue the caller's trace. The path is the pattern: ids stay out of it. */
export function traced(
  endpoint: Pick<Endpoint, 'id' | 'method' | 'path'>,
  handler: HttpHandler,
  tracing: Tracing,
): HttpHandler {
  return (request, context) =>
    tracing.span(
      {
        name: `${endpoint.method} /api/v1${endpoint.path}`,
        kind: 'server',
        attributes: {
          'http.request.method': endpoint.method,
          'http.route': `/api/v1${endpoint.path}`,
          'steg.endpoint': endpoint.id,
        },
        parent: traceparentOrNone(request.headers.get('traceparent')),
      },
      async (span) => {
        const response = await handler(request, context)
        const status = 'status' in response ? Number(response.status ?? 200) : 200
        span.set({ 'http.response.status_code': status })
        if (status >= 500) span.fail(String(status))
        return response
      },
    )
}
