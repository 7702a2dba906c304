import {
  context,
  DiagLogLevel,
  diag,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { isStegError } from '../errors/error.ts'
import type { Logger } from '../log.ts'
import type { Tracing } from './tracing.ts'

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER } as const

/** A collector that does not answer keeps nobody from stopping. */
const CLOSE_MS = 3000

/** Traces over OTLP. Address, headers, sampling and batches are set by the standard `OTEL_…` variables. */
export function exportTraces(service: { name: string; version: string }, log: Logger): Tracing {
  diag.setLogger(
    {
      error: (message) => log.warn('traces', { reason: message }),
      warn: (message) => log.warn('traces', { reason: message }),
      info: () => undefined,
      debug: () => undefined,
      verbose: () => undefined,
    },
    DiagLogLevel.WARN,
  )
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': service.name, 'service.version': service.version }))
      // What the operator has set counts more.
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  const tracer = trace.getTracer('steg', service.version)

  return {
    span({ name, kind, attributes, parent }, work) {
      const from =
        parent === undefined
          ? context.active()
          : propagation.extract(ROOT_CONTEXT, { traceparent: parent }, carrier)
      const options = { kind: kinds[kind], ...(attributes === undefined ? {} : { attributes }) }
      return tracer.startActiveSpan(name, options, from, async (span) => {
        const fail = (code: string) => {
          span.setAttribute('error.type', code)
          span.setStatus({ code: SpanStatusCode.ERROR })
        }
        try {
          return await work({ set: (more) => void span.setAttributes(more), fail })
        } catch (error) {
          // The code alone: messages may name people.
          fail(isStegError(error) ? error.code : 'internal-error')
          throw error
        } finally {
          span.end()
        }
      })
    },
    traceparent() {
      const headers: Record<string, string> = {}
      propagation.inject(context.active(), headers)
      return headers.traceparent
    },
    close: () => Promise.race([provider.shutdown(), waitAtMost(CLOSE_MS)]),
  }
}

function waitAtMost(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

const carrier = {
  get: (headers: Readonly<Record<string, string>>, name: string) => headers[name],
  keys: (headers: Readonly<Record<string, string>>) => Object.keys(headers),
}
