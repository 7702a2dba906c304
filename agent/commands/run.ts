import { toIso } from '../../shared/clock.ts'
import {
  describeError,
  type ErrorRecord,
  type Language,
  reasonOf,
  StegError,
} from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { clock, prepareAgent } from '../compose.ts'
import type { ConnectionState } from '../connection/states.ts'
import type { Output } from './output.ts'
import { failureCode, failureLine, texts } from './texts.ts'

export const EXIT_FAILED = 1
const EXIT_REVOKED = 3

export interface RunOptions {
  readonly dir: string
  readonly json: boolean
  readonly language: Language
  readonly output: Output
  readonly log: Logger
}

/** Serves in the foreground until it is told to stop. Resolves with the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const { language, output, log } = options
  const text = texts[language]
  const announce = (event: string, fields: Record<string, unknown>, human: string) =>
    options.json ? output.json({ event, at: toIso(clock.now()), ...fields }) : output.line(human)

  let hub = ''
  const say: Partial<Record<ConnectionState, (reason: string | null, problem: ErrorRecord | null) => void>> =
    {
      connected: () => announce('connected', { hub }, text.connected(hub)),
      disconnected: (reason, problem) =>
        announce(
          'disconnected',
          problem === null ? { reason } : { reason, code: problem.code },
          problem === null
            ? text.disconnected(reason ?? '')
            : text.notConnected(describeError(problem, language)),
        ),
      stopped: () => announce('stopped', {}, text.stopped),
    }
  const { agent, enrolment, release } = await prepareAgent({
    dir: options.dir,
    language,
    log,
    onState: (state, reason, problem) => say[state]?.(reason, problem),
  })
  hub = enrolment.hub

  const stop = new AbortController()
  onStopRequest(() => stop.abort())
  catchStrayErrors(log, (reason) => agent.reconnect(reason))
  try {
    if ((await agent.run(stop.signal)) === 'stopped') return 0
    const error = new StegError('agent-revoked', { agent: enrolment.name })
    if (options.json)
      output.json({ event: 'stopped', code: failureCode(error), message: failureLine(error, language) })
    output.failure(error)
    return EXIT_REVOKED
  } finally {
    release()
  }
}

/** The first signal asks to stop in order, a second one ends the process at once. */
function onStopRequest(stop: () => void): void {
  let asked = false
  const onSignal = () => {
    if (asked) process.exit(EXIT_FAILED)
    asked = true
    stop()
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal)
  // Whoever started this process as its child is gone, and nobody else would end it.
  if (process.connected) process.once('disconnect', () => process.exit(0))
}

/** Errors thrown in nobody's reach come from the broker's client; a new connection gets past them. */
function catchStrayErrors(log: Logger, reconnect: (reason: string) => void): void {
  const onStray = (error: unknown) => {
    log.error('an error reached nobody', { error })
    reconnect(reasonOf(error))
  }
  process.on('uncaughtException', onStray)
  // Whoever read the output may be gone; that says nothing about the connection.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  process.on('unhandledRejection', onStray)
}
