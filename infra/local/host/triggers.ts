import { z } from 'zod'
import type { FunctionMetadata } from './core-types.ts'

export interface HttpTrigger {
  readonly kind: 'http'
  readonly binding: string
  /** Without the route prefix of host.json. */
  readonly route: string
  readonly methods: readonly string[]
}

export interface TimerTrigger {
  readonly kind: 'timer'
  readonly binding: string
  readonly schedule: string
  readonly runOnStartup: boolean
  readonly useMonitor: boolean
}

export interface QueueTrigger {
  readonly kind: 'queue'
  readonly binding: string
  readonly queue: string
  readonly connectionString: string
  readonly sessions: boolean
  /** True: the function gets an array of messages. */
  readonly batch: boolean
  /** True: bodies arrive as bytes; false: as text, which the library parses when it is JSON. */
  readonly binary: boolean
}

export type Trigger = HttpTrigger | TimerTrigger | QueueTrigger
export type AppSettings = Readonly<Record<string, string>>

/**
 * What starts the function, from the bindings it was registered with. `%NAME%` and connection names are looked up
 * in the app settings. Throws an error that names function and binding for everything this host cannot run.
 */
export function readTrigger(metadata: FunctionMetadata, settings: AppSettings): Trigger {
  const refuse = (binding: string, reason: string): never => {
    throw new Error(`Function "${metadata.name}", binding "${binding}": ${reason}`)
  }
  if (metadata.retryOptions != null) {
    refuse('retry', 'retry policies are not supported by the local host. Let the trigger deliver it again.')
  }

  let trigger: Trigger | undefined
  for (const [name, binding] of Object.entries(metadata.bindings)) {
    const type = String(binding.type)
    const reader = Object.hasOwn(readers, type.toLowerCase()) ? readers[type.toLowerCase()] : undefined
    if (reader) {
      if (trigger) refuse(name, 'a function has one trigger only.')
      trigger = reader({ name, binding, functionName: metadata.name, settings, refuse })
    } else if (name !== '$return' || type.toLowerCase() !== 'http') {
      refuse(
        name,
        `${String(binding.direction)} binding of type "${type}" is not supported by the local host. ` +
          'It runs HTTP, timer and Service Bus queue triggers; call other services from the code.',
      )
    }
  }
  return trigger ?? refuse('(none)', 'there is no trigger.')
}

/** Replaces every `%NAME%` by the app setting of that name. Throws when a setting is missing. */
export function resolveSettings(text: string, settings: AppSettings): string {
  return text.replace(/%([^%]+)%/g, (_whole, name: string) => {
    const value = Object.hasOwn(settings, name) ? settings[name] : undefined
    if (value === undefined || value === '')
      throw new Error(`the app setting "${name}" in "${text}" is not set.`)
    return value
  })
}

interface ReaderInput {
  readonly name: string
  readonly binding: Readonly<Record<string, unknown>>
  readonly functionName: string
  readonly settings: AppSettings
  refuse(binding: string, reason: string): never
}

const readers: Readonly<Record<string, (input: ReaderInput) => Trigger>> = {
  httptrigger: readHttp,
  timertrigger: readTimer,
  servicebustrigger: readQueue,
}

const httpBinding = z.looseObject({
  authLevel: z.string().toLowerCase().pipe(z.literal('anonymous', 'only authLevel "anonymous" is supported')),
  methods: z.array(z.string().toUpperCase()).min(1),
  route: z.string().optional(),
})

function readHttp(input: ReaderInput): HttpTrigger {
  const { route, methods } = check(input, httpBinding)
  // The real host, too, takes the function's name when the route is empty.
  return { kind: 'http', binding: input.name, route: resolve(input, route || input.functionName), methods }
}

const timerBinding = z.looseObject({
  schedule: z.string().min(1),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
})

function readTimer(input: ReaderInput): TimerTrigger {
  const { schedule, runOnStartup, useMonitor } = check(input, timerBinding)
  return { kind: 'timer', binding: input.name, schedule: resolve(input, schedule), runOnStartup, useMonitor }
}

const queueBinding = z.looseObject({
  queueName: z.string({ error: 'only queues are supported, no topics' }).min(1),
  connection: z.string().min(1),
  isSessionsEnabled: z.boolean().default(false),
  cardinality: z.enum(['one', 'many']).default('one'),
  autoCompleteMessages: z.literal(true, 'messages are always completed by the host').optional(),
  sdkBinding: z.literal(false, 'SDK bindings are not supported').optional(),
  dataType: z.enum(['string', 'binary'], 'only "string" and "binary" are supported').default('string'),
})

function readQueue(input: ReaderInput): QueueTrigger {
  const binding = check(input, queueBinding)
  return {
    kind: 'queue',
    binding: input.name,
    queue: resolve(input, binding.queueName),
    connectionString: connectionOf(input, resolve(input, binding.connection)),
    sessions: binding.isSessionsEnabled,
    batch: binding.cardinality === 'many',
    binary: binding.dataType === 'binary',
  }
}

function connectionOf({ name, settings, refuse }: ReaderInput, setting: string): string {
  for (const key of [setting, `AzureWebJobs${setting}`]) {
    const value = Object.hasOwn(settings, key) ? settings[key] : undefined
    if (value?.includes('Endpoint=')) return value
    if (value) return refuse(name, `the app setting "${key}" is no Service Bus connection string.`)
  }
  if (Object.keys(settings).some((key) => key.startsWith(`${setting}__`))) {
    return refuse(name, `identity-based connections ("${setting}__…") are not supported by the local host.`)
  }
  return refuse(name, `the app setting "${setting}" with the Service Bus connection string is not set.`)
}

function resolve(input: ReaderInput, text: string): string {
  try {
    return resolveSettings(text, input.settings)
  } catch (error) {
    return input.refuse(input.name, error instanceof Error ? error.message : String(error))
  }
}

function check<T>(input: ReaderInput, schema: z.ZodType<T>): T {
  const result = schema.safeParse(input.binding)
  if (result.success) return result.data
  return input.refuse(input.name, z.prettifyError(result.error))
}
