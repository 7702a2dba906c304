import type { Logger } from '../log.ts'
import { noTracing, type Tracing } from './tracing.ts'

/**
 * Traces go to the OpenTelemetry collector that the standard variables name; without one nothing of it is loaded, and
 * a span costs a function call.
 */
export async function openTracing(
  environment: Readonly<Record<string, string | undefined>>,
  service: { readonly name: string; readonly version: string },
  log: Logger,
): Promise<Tracing> {
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_ENDPOINT
  if (!endpoint || environment.OTEL_SDK_DISABLED === 'true') return noTracing
  const { exportTraces } = await import('./opentelemetry.ts')
  return exportTraces(service, log)
}
