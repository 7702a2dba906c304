import type { Tracing } from '../../shared/telemetry/tracing.ts'
import type { RelayService } from './service.ts'

/** A relay whose calls are spans; the agent continues their trace. */
export function traceCalls(relay: RelayService, tracing: Tracing): RelayService {
  return {
    ...relay,
    call: (to, request, signal) =>
      tracing.span(
        {
          name: `relay ${request.method}`,
          kind: 'client',
          attributes: {
            'http.request.method': request.method,
            'steg.to': to,
            'steg.target': request.target.name,
            'steg.idempotency': request.idempotency,
          },
        },
        async (span) => {
          const traceparent = tracing.traceparent()
          const onAgent = (id: string) => span.set({ 'steg.agent': id })
          const carried = { ...request, onAgent, ...(traceparent === undefined ? {} : { traceparent }) }
          const response = await relay.call(to, carried, signal)
          span.set({ 'http.response.status_code': response.status })
          return response
        },
      ),
  }
}
