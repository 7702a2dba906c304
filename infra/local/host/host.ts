import { dirname, isAbsolute } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { type Logger, silentLogger } from '../../../shared/log.ts'
import { type CoreRegistry, installCoreModule, type RegisteredFunction } from './core-module.ts'
import { createExecutions } from './executions.ts'
import { type HostSettings, readHostSettings } from './host-json.ts'
import { respondBuffered } from './http/buffered.ts'
import { captureServer } from './http/capture.ts'
import { azureHttpLimits, type HttpLimits } from './http/limits.ts'
import { findOrderConflicts, orderRoutes, type Route } from './http/routes.ts'
import { startHttpServer } from './http/server.ts'
import { createStreamedResponder } from './http/streamed.ts'
import { createInvoker, writeLog } from './invoke.ts'
import { planListeners } from './listeners.ts'
import { type OpenBus, openServiceBus } from './servicebus/client.ts'
import { createMemoryTimerStatus, type TimerStatusStore } from './timer/status.ts'
import { type AppSettings, type HttpTrigger, readTrigger, type Trigger } from './triggers.ts'

export interface HostOptions {
  /** Module that registers the functions: a URL, or an absolute path. */
  readonly entry: URL | string
  /** Parsed content of host.json. */
  readonly hostJson: unknown
  /** 0 for a free one. */
  readonly port: number
  /** Address to listen on; loopback by default, since the host itself protects nothing. */
  readonly host?: string
  /** App settings: `%NAME%` expressions and connection names of bindings. The app itself reads process.env. */
  readonly env: AppSettings
  readonly clock?: Clock
  readonly log?: Logger
  /** Keeps the status of timers over restarts; in memory by default. */
  readonly timerStatus?: TimerStatusStore
  readonly httpLimits?: Partial<HttpLimits>
  readonly openBus?: OpenBus
}

export interface Host {
  readonly port: number
  /** Names in alphabetical order. */
  functions(): string[]
  /**
   * Stops: takes no more work, waits up to `graceMs` milliseconds for what is running, runs the app's terminate
   * hooks, cuts what is left.
   */
  close(graceMs: number): Promise<void>
}

interface LoadedFunction<T extends Trigger = Trigger> {
  readonly fn: RegisteredFunction
  readonly trigger: T
}

/**
 * Runs a function app of the `@azure/functions` v4 programming model in this process, once per process. Rejects,
 * naming every cause, when the app registers something that this host does not support.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { clock = systemClock, log = silentLogger } = options
  const settings = readHostSettings(options.hostJson)
  const registry = installCoreModule((level, category, message) =>
    writeLog(log, level, message, { category }),
  )
  const entry = entryUrl(options.entry)
  await import(entry.href)

  const loaded = loadFunctions(registry, options.env)
  const invoker = createInvoker(registry, log)
  await invoker.runAppHooks('appStart', dirname(fileURLToPath(entry)))
  const sink = await captureServer(async () => registry.model()?.getCapabilities?.({}))
  registry.lock()

  const executions = createExecutions({ invoker, clock, log, timeoutMs: settings.functionTimeoutMs })
  const startListeners = planListeners(loaded, {
    settings,
    timeZone: options.env.WEBSITE_TIME_ZONE ?? 'UTC',
    executions,
    clock,
    log,
    timerStatus: options.timerStatus ?? createMemoryTimerStatus(),
    openBus: options.openBus ?? openServiceBus,
  })
  const http = loaded.filter(isHttp)
  const server = await startHttpServer({
    host: options.host ?? '127.0.0.1',
    port: options.port,
    limits: { ...azureHttpLimits, ...options.httpLimits },
    routes: readRoutes(http, settings, log),
    functions: new Map(
      http.map(({ fn, trigger }) => [fn.metadata.name, { fn, binding: trigger.binding }] as const),
    ),
    respond: sink ? createStreamedResponder(sink) : respondBuffered,
    executions,
    clock,
    log,
  })
  const listeners = startListeners()

  async function close(graceMs: number): Promise<void> {
    server.stop()
    listeners.stop()
    const finished = new AbortController()
    await Promise.race([
      Promise.all([executions.idle(), server.idle(), listeners.stopped]),
      systemClock.sleep(graceMs, finished.signal).catch(() => undefined),
    ])
    finished.abort()
    if (executions.running > 0) {
      log.warn('Stopped while functions were running', { running: executions.running, category: 'host' })
    }
    await invoker.runAppHooks('appTerminate', dirname(fileURLToPath(entry)))
    server.destroy()
  }

  return {
    port: server.port,
    functions: () => loaded.map(({ fn }) => fn.metadata.name).sort(),
    close,
  }
}

function entryUrl(entry: URL | string): URL {
  if (typeof entry === 'string') return isAbsolute(entry) ? pathToFileURL(entry) : new URL(entry)
  return entry
}

/** Throws one error with everything that cannot be run, so that it can be mended in one go. */
function loadFunctions(registry: CoreRegistry, env: AppSettings): LoadedFunction[] {
  if (!registry.model()) {
    throw new Error('The entry module registered no function through "@azure/functions".')
  }
  const problems: string[] = []
  const loaded: LoadedFunction[] = []
  for (const fn of registry.functions.values()) {
    try {
      loaded.push({ fn, trigger: readTrigger(fn.metadata, env) })
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
    }
  }
  if (problems.length > 0) throw new Error(`The app cannot be run here:\n${problems.join('\n')}`)
  return loaded
}

function isHttp(loaded: LoadedFunction): loaded is LoadedFunction<HttpTrigger> {
  return loaded.trigger.kind === 'http'
}

function readRoutes(
  functions: readonly LoadedFunction<HttpTrigger>[],
  settings: HostSettings,
  log: Logger,
): Route[] {
  const routes = orderRoutes(
    functions.map(({ fn, trigger }) => ({
      name: fn.metadata.name,
      template: [settings.routePrefix, trigger.route.replace(/^\//, '')].filter(Boolean).join('/'),
      methods: trigger.methods,
    })),
  )
  const conflicts = findOrderConflicts(routes).map(({ specific, general }) => `${specific} < ${general}`)
  if (conflicts.length > 0) {
    log.warn(
      'Azure tries functions in the alphabetical order of their names and will answer with the second of each pair; rename one of the two',
      { conflicts, category: 'host' },
    )
  }
  return routes
}
