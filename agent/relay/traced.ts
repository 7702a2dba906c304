import type { Tracing } from '../../shared/telemetry/tracing.ts'
import type { TargetHttp } from './target-http.ts'

/**
 * Targets whose calls are spans that continue the hub's trace. A target learns of the trace only where the machine says
 * so: not every server likes header fields that it does not know.
 */
export function traceTargets(http: TargetHttp, tracing: Tracing, tellTargets: boolean): TargetHttp {
  type Head = Parameters<TargetHttp['open']>[1]

  /** The span ends with the head of the answer; how long its body takes depends on who reads it. */
  function traced<T>(
    base: URL,
    head: Head,
    call: (told: Head) => Promise<T>,
    statusOf: (answer: T) => number,
  ): Promise<T> {
    const attributes = {
      'http.request.method': head.method,
      'server.address': base.hostname,
      ...(base.port === '' ? {} : { 'server.port': Number(base.port) }),
    }
    return tracing.span({ name: head.method, kind: 'client', attributes }, async (span) => {
      const traceparent = tellTargets ? (tracing.traceparent() ?? head.traceparent) : undefined
      const told: Head =
        traceparent === undefined
          ? head
          : { ...head, headers: [...head.headers, ['traceparent', traceparent]] }
      const answer = await call(told)
      span.set({ 'http.response.status_code': statusOf(answer) })
      return answer
    })
  }

  return {
    ...http,
    call: (base, head, body, signal, maxBytes) =>
      traced(
        base,
        head,
        (told) => http.call(base, told, body, signal, maxBytes),
        ({ status }) => status,
      ),
    open: (base, head, body, signal, maxBytes) =>
      traced(
        base,
        head,
        (told) => http.open(base, told, body, signal, maxBytes),
        ({ status }) => status,
      ),
  }
}
