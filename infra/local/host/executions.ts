import { randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import type { Logger } from '../../../shared/log.ts'
import type { RegisteredFunction } from './core-module.ts'
import type { InvocationResponse, TraceContext, TypedData } from './core-types.ts'
import type { Invoker, ResultShaping } from './invoke.ts'

interface ExecutionInput {
  /** Drawn when absent. */
  readonly invocationId?: string
  readonly data: TypedData
  readonly triggerMetadata: Record<string, TypedData>
  /** W3C trace context of whoever caused this; a new trace begins without one. */
  readonly traceParent: string | undefined
  readonly traceState: string | undefined
  readonly shaping?: ResultShaping
}

export interface Executions {
  /** Rejects with the function's error, or with an error of its own when it ran longer than functionTimeout. */
  execute(fn: RegisteredFunction, binding: string, input: ExecutionInput): Promise<InvocationResponse>
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>
  readonly running: number
}

export interface ExecutionOptions {
  readonly invoker: Invoker
  readonly clock: Clock
  readonly log: Logger
  /** Milliseconds; undefined for no limit. */
  readonly timeoutMs: number | undefined
}

/** Runs functions, keeps count of what is running and enforces functionTimeout. */
export function createExecutions({ invoker, clock, log, timeoutMs }: ExecutionOptions): Executions {
  let running = 0
  let waiting: (() => void)[] = []

  async function execute(
    fn: RegisteredFunction,
    binding: string,
    input: ExecutionInput,
  ): Promise<InvocationResponse> {
    const invocationId = input.invocationId ?? randomUUID()
    const fields = { function: fn.metadata.name, invocationId, category: 'host' }
    const started = clock.now()
    running++
    log.debug('Executing', fields)
    try {
      const run = invoker.run(
        fn,
        {
          invocationId,
          inputData: [{ name: binding, data: input.data }],
          triggerMetadata: input.triggerMetadata,
          traceContext: traceOf(input),
        },
        input.shaping,
      )
      const response = await withTimeout(run)
      log.debug('Executed', { ...fields, ms: clock.now() - started })
      return response
    } catch (error) {
      log.error('Failed', { ...fields, ms: clock.now() - started, error })
      throw error
    } finally {
      running--
      if (running === 0) {
        for (const resolve of waiting) resolve()
        waiting = []
      }
    }
  }

  // A function cannot be stopped from outside: after its time it runs on unobserved. The real host ends the process.
  async function withTimeout<T>(run: Promise<T>): Promise<T> {
    if (timeoutMs === undefined) return run
    const done = new AbortController()
    const timeout = clock.sleep(timeoutMs, done.signal).then(
      () => {
        throw new Error(`Timeout of ${timeoutMs / 1000} s exceeded (functionTimeout in host.json).`)
      },
      () => new Promise<never>(() => undefined),
    )
    try {
      return await Promise.race([run, timeout])
    } finally {
      done.abort()
    }
  }

  return {
    execute,
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    get running() {
      return running
    },
  }
}

/** W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header */
const traceParentPattern = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

function traceOf({ traceParent, traceState }: ExecutionInput): TraceContext {
  if (traceParent !== undefined && traceParentPattern.test(traceParent)) {
    return { traceParent, traceState: traceState ?? '', attributes: {} }
  }
  const id = randomBytes(24).toString('hex')
  return { traceParent: `00-${id.slice(0, 32)}-${id.slice(32)}-00`, traceState: '', attributes: {} }
}
