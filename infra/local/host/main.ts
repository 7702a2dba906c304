import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { systemClock } from '../../../shared/clock.ts'
import { type Host, startHost } from './host.ts'
import { createLineLogger } from './process-log.ts'
import { createFileTimerStatus } from './timer/status.ts'

const graceMs = 10_000

/** JSON in the environment variable STEG_HOST. App settings are the process's environment. */
const configuration = z.strictObject({
  /** URL or absolute path of the module that registers the functions. */
  entry: z.string().min(1),
  hostJsonPath: z.string().min(1),
  /** 0 for a free one. */
  port: z.int().min(0).max(65_535),
  /** Folder that keeps the status of timers over restarts. */
  timerStatusDir: z.string().min(1).optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
})

/** Runs one host as a process of its own. Its parent hears `{event: 'ready', port}` over IPC. */
async function main(): Promise<void> {
  // Without its parent nobody would ever stop this process.
  process.on('disconnect', () => process.exit(1))

  const config = configuration.parse(JSON.parse(process.env.STEG_HOST ?? '{}'))
  const hostJson: unknown = JSON.parse(await readFile(config.hostJsonPath, 'utf8'))
  const host = await startHost({
    entry: config.entry,
    hostJson,
    port: config.port,
    env: appSettings(),
    log: createLineLogger((line) => process.stderr.write(line), config.logLevel, systemClock.now),
    ...(config.timerStatusDir && { timerStatus: createFileTimerStatus(config.timerStatusDir) }),
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(host))
  process.send?.({ event: 'ready', port: host.port })
}

function appSettings(): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined) settings[name] = value
  }
  return settings
}

async function stop(host: Host): Promise<void> {
  try {
    await host.close(graceMs)
    process.exit(0)
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): never {
  const reason =
    error instanceof z.ZodError
      ? `The environment variable STEG_HOST is not valid:\n${z.prettifyError(error)}`
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error)
  process.stderr.write(`${reason}\n`)
  process.exit(1)
}

main().catch(fail)
