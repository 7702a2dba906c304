import { type Tracing, traceparentOrNone } from '../../shared/telemetry/tracing.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { JobMessage } from './starting.ts'

/** A bus whose messages carry the trace of the call that sends them. */
export function carryTrace(bus: Bus, tracing: Tracing): Bus {
  return {
    ...bus,
    send(queue, message) {
      const traceparent = tracing.traceparent()
      return bus.send(queue, traceparent === undefined ? message : { ...message, traceparent })
    },
  }
}

/**
 * A worker whose runs are spans in the trace of the call that started them. A run that a timer has enqueued again after
 * its message was lost begins a trace of its own.
 */
export function traceRuns(
  work: (message: JobMessage) => Promise<void>,
  tracing: Tracing,
): (message: JobMessage, traceparent: unknown) => Promise<void> {
  return (message, traceparent) =>
    tracing.span(
      {
        name: `run ${message.job}`,
        kind: 'consumer',
        attributes: {
          'steg.job': message.job,
          'steg.tenant': message.tenantId,
          ...('runId' in message ? { 'steg.run': message.runId } : { 'steg.message': message.message }),
        },
        parent: traceparentOrNone(traceparent),
      },
      () => work(message),
    )
}
