import type { Logger } from '../../../shared/log.ts'
import type { CoreRegistry, HookName, RegisteredFunction } from './core-module.ts'
import type {
  CoreInvocationContext,
  HookContext,
  HookData,
  InvocationRequest,
  InvocationResponse,
  LogLevel,
} from './core-types.ts'

type InvocationInput = Omit<InvocationRequest, 'functionId'>

/** Replaces what the library turns into an answer. */
export interface ResultShaping {
  ofResult(result: unknown): unknown
  /** In place of a result when there is none; the invocation still fails. */
  ofFailure(): unknown
}

export interface Invoker {
  /** Runs one invocation with its hooks and resolves with the library's answer; rejects with the function's error. */
  run(fn: RegisteredFunction, input: InvocationInput, shaping?: ResultShaping): Promise<InvocationResponse>
  runAppHooks(name: 'appStart' | 'appTerminate', appDirectory: string): Promise<void>
}

/** The order of the steps is that of the Functions Node.js worker (InvocationHandler). */
export function createInvoker(registry: CoreRegistry, log: Logger): Invoker {
  // Shared by all hooks of the app; `hookData` below is per invocation, or per app for the hooks of the app.
  const appHookData: HookData = {}
  const appOnlyHookData: HookData = {}

  async function runHooks(name: HookName, context: HookContext): Promise<void> {
    for (const hook of registry.hooks[name]) await hook(context)
  }

  async function run(
    { metadata, callback }: RegisteredFunction,
    input: InvocationInput,
    shaping?: ResultShaping,
  ): Promise<InvocationResponse> {
    const model = registry.model()
    if (!model) throw new Error('The app has registered no programming model.')
    const core: CoreInvocationContext = {
      invocationId: input.invocationId,
      request: { ...input, functionId: metadata.functionId ?? metadata.name },
      metadata,
      state: undefined,
      log: (level, category, message) =>
        writeLog(log, level, message, {
          function: metadata.name,
          invocationId: input.invocationId,
          category,
        }),
    }
    const invocation = await model.getInvocationModel(core)
    const { context, inputs } = await invocation.getArguments()

    const hookData: HookData = {}
    const common = { hookData, appHookData, invocationContext: context }

    async function runFunction(): Promise<unknown> {
      const pre = frozen(common, { inputs, functionCallback: callback })
      core.state = 'preInvocationHooks'
      await runHooks('preInvocation', pre)
      const post = frozen(common, { inputs: pre.inputs, result: null as unknown, error: null as unknown })
      core.state = 'invocation'
      try {
        post.result = await invocation.invokeFunction(context, pre.inputs, pre.functionCallback)
      } catch (error) {
        post.error = error
      }
      core.state = 'postInvocationHooks'
      await runHooks('postInvocation', post)
      if (post.error !== null && post.error !== undefined) throw post.error
      return post.result
    }

    try {
      const result = await runFunction()
      core.state = undefined
      return await invocation.getResponse(context, shaping ? shaping.ofResult(result) : result)
    } catch (error) {
      core.state = undefined
      // A second answer is refused by the library when the first had begun; then there is nothing left to do.
      if (shaping) await Promise.allSettled([invocation.getResponse(context, shaping.ofFailure())])
      throw error
    }
  }

  return {
    run,
    runAppHooks: (name, functionAppDirectory) =>
      runHooks(name, frozen({ hookData: appOnlyHookData, appHookData }, { functionAppDirectory })),
  }
}

/** Hooks may change the fields of `open`, and the content of `closed` but not which object it is. */
function frozen<C extends object, O extends object>(closed: C, open: O): C & O {
  const context: object = { ...open }
  for (const [name, value] of Object.entries(closed)) {
    Object.defineProperty(context, name, {
      enumerable: true,
      get: () => value,
      set() {
        throw new TypeError(`Cannot assign to read only property '${name}'`)
      },
    })
  }
  return context as C & O
}

const logMethods: Readonly<Record<LogLevel, keyof Logger | undefined>> = {
  trace: 'debug',
  debug: 'debug',
  information: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  none: undefined,
}

/** Hands a line of the library or the app on to the host's logger. */
export function writeLog(
  log: Logger,
  level: LogLevel,
  message: string,
  fields: Record<string, unknown>,
): void {
  const method = logMethods[level]
  if (method) log[method](message, fields)
}
