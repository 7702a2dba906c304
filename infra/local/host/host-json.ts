import { z } from 'zod'
import { parseTimeSpan } from './timespan.ts'

/** All durations in milliseconds. */
export interface HostSettings {
  readonly routePrefix: string
  /** Undefined: no limit. */
  readonly functionTimeoutMs: number | undefined
  readonly serviceBus: ServiceBusSettings
}

export interface ServiceBusSettings {
  readonly maxAutoLockRenewalMs: number
  readonly maxConcurrentCalls: number
  readonly maxConcurrentSessions: number
  readonly sessionIdleTimeoutMs: number
  readonly maxMessageBatchSize: number
}

const timeSpan = z.string().transform(readTimeSpan)

function readTimeSpan(text: string, context: z.RefinementCtx): number {
  const ms = parseTimeSpan(text)
  if (ms === undefined) context.addIssue(`"${text}" is not a time span such as "00:10:00"`)
  return ms ?? 0
}

/** "-1" stands for no limit. */
const timeLimit = z
  .string()
  .transform((text, context) => (text === '-1' ? null : readTimeSpan(text, context)))

const count = z.number().int().min(1)

/**
 * The settings that this host follows. Others are left alone: they are right for the real host.
 * Defaults: Microsoft Learn, "host.json reference" and "Azure Service Bus bindings" (extension 5).
 */
const hostJson = z.looseObject({
  version: z.literal('2.0'),
  functionTimeout: timeLimit.default(30 * 60_000),
  extensions: z
    .looseObject({
      http: z
        .looseObject({
          routePrefix: z
            .string()
            .regex(/^[^{}]*$/, 'the route prefix takes no parameters')
            .default('api'),
        })
        .prefault({}),
      serviceBus: z
        .looseObject({
          // Messages waiting in a prefetch buffer lose their lock there, so the host does not offer it.
          prefetchCount: z.literal(0).default(0),
          autoCompleteMessages: z.literal(true).default(true),
          maxAutoLockRenewalDuration: timeSpan.default(5 * 60_000),
          maxConcurrentCalls: count.default(16),
          maxConcurrentSessions: count.default(8),
          sessionIdleTimeout: timeSpan.nullish().transform((ms) => ms ?? 60_000),
          maxMessageBatchSize: count.default(1000),
        })
        .prefault({}),
    })
    .prefault({}),
})

/** Reads the parsed content of host.json. Throws an error that names every setting that is wrong. */
export function readHostSettings(content: unknown): HostSettings {
  const result = hostJson.safeParse(content)
  if (!result.success) throw new Error(`host.json is not valid:\n${z.prettifyError(result.error)}`)
  const { functionTimeout, extensions } = result.data
  const { serviceBus } = extensions
  return {
    routePrefix: extensions.http.routePrefix.replace(/^\/+|\/+$/g, ''),
    functionTimeoutMs: functionTimeout ?? undefined,
    serviceBus: {
      maxAutoLockRenewalMs: serviceBus.maxAutoLockRenewalDuration,
      maxConcurrentCalls: serviceBus.maxConcurrentCalls,
      maxConcurrentSessions: serviceBus.maxConcurrentSessions,
      sessionIdleTimeoutMs: serviceBus.sessionIdleTimeout,
      maxMessageBatchSize: serviceBus.maxMessageBatchSize,
    },
  }
}
