import type { Tracing } from '../../shared/telemetry/tracing.ts'
import type { RelayRequest, RelayService } from './service.ts'

/** A relay whose calls are spans; the agent continues their trace. */
export function traceCalls(relay: RelayService, tracing: Tracing): RelayService {
  function traced<
    R extends Pick<RelayRequest, 'method' | 'target' | 'idempotency' | 'onAgent'>,
    A extends { status: number },
  >(to: string, request: R, call: (carried: R) => Promise<A>): Promise<A> {
    const attributes = {
      'http.request.method': request.method,
      'steg.to': to,
      'steg.target': request.target.name,
      'steg.idempotency': request.idempotency,
    }
    return tracing.span({ name: `relay ${request.method}`, kind: 'client', attributes }, async (span) => {
      const traceparent = tracing.traceparent()
      const onAgent = (id: string) => {
        request.onAgent?.(id)
        span.set({ 'steg.agent': id })
      }
      const carried = { ...request, onAgent, ...(traceparent === undefined ? {} : { traceparent }) }
      const response = await call(carried)
      span.set({ 'http.response.status_code': response.status })
      return response
    })
  }

  return {
    ...relay,
    call: (to, request, signal) => traced(to, request, (carried) => relay.call(to, carried, signal)),
    // The span ends with the head of the answer: how long the body takes depends on who reads it.
    stream: (to, request, signal) => traced(to, request, (carried) => relay.stream(to, carried, signal)),
  }
}
