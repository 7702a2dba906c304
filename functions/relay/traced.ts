import type { Tracing } from '../../shared/telemetry/tracing.ts'
import type { RelayService } from './service.ts'

/** A relay whose calls are spans; the agent continues their trace. */
export function traceCalls(relay: RelayService, tracing: Tracing): RelayService {
  return {
    ...relay,
    call: (agentId, request, signal) =>
      tracing.span(
        {
          name: `relay ${request.method}`,
          kind: 'client',
          attributes: {
            'http.request.method': request.method,
            'steg.agent': agentId,
            'steg.target': request.target.name,
            'steg.idempotency': request.idempotency,
          },
        },
        async (span) => {
          const traceparent = tracing.traceparent()
          const carried = traceparent === undefined ? request : { ...request, traceparent }
          const response = await relay.call(agentId, carried, signal)
          span.set({ 'http.response.status_code': response.status })
          return response
        },
      ),
  }
}
