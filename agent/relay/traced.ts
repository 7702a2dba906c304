import type { Tracing } from '../../shared/telemetry/tracing.ts'
import type { TargetHttp } from './target-http.ts'

/**
 * Targets whose calls are spans that continue the hub's trace. A target learns of the trace only where the machine says
 * so: not every server likes header fields that it does not know.
 */
export function traceTargets(http: TargetHttp, tracing: Tracing, tellTargets: boolean): TargetHttp {
  return {
    ...http,
    call: (base, head, body, signal) =>
      tracing.span(
        {
          name: head.method,
          kind: 'client',
          attributes: {
            'http.request.method': head.method,
            'server.address': base.hostname,
            ...(base.port === '' ? {} : { 'server.port': Number(base.port) }),
          },
        },
        async (span) => {
          const traceparent = tellTargets ? (tracing.traceparent() ?? head.traceparent) : undefined
          const told: typeof head =
            traceparent === undefined
              ? head
              : { ...head, headers: [...head.headers, ['traceparent', traceparent]] }
          const answer = await http.call(base, told, body, signal)
          span.set({ 'http.response.status_code': answer.status })
          return answer
        },
      ),
  }
}
