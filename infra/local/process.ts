import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { tellingLine } from './last-words.ts'
import type { Report } from './report.ts'

export interface ProcessSpec {
  readonly name: string
  readonly file: string
  readonly args?: readonly string[]
  /** Environment for each start; `ready` is what the process reported at the first one, so that ports stay the same. */
  readonly env: (ready: ReadyMessage | undefined) => Readonly<Record<string, string>>
  /** Where the ready message comes from: IPC, or a JSON line on standard output with this event. */
  readonly readyOn: 'ipc' | { readonly line: string }
  /** What it keeps its data in; named when it cannot start. */
  readonly dataFile?: string
  /** The exit code after which another start would end the same way, and what it means. */
  readonly final?: { readonly code: number; readonly why: string }
}

export interface ReadyMessage {
  readonly port?: number
  readonly url?: string
}

export interface Managed {
  readonly ready: ReadyMessage
  /** Ends the process: asks first, insists after a while. */
  stop(): Promise<void>
}

const START_PATIENCE_MS = 30_000
const STOP_PATIENCE_MS = 12_000
/** Characters. */
const OUTPUT_KEPT = 8000
const RESTART_PAUSES_MS = [200, 500, 1000, 2000, 5000]

/** Every process that runs, the ones that are not ready yet too. */
const running = new Set<ChildProcess>()

/** Ends every process at once, without asking. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

/**
 * Starts a process and keeps it running: one that dies is started again, with growing pauses. Each runs in a process
 * group of its own, so that Ctrl-C reaches the platform alone and the order of stopping is the platform's; when the
 * platform itself is killed, the closed IPC channel ends the process.
 * @throws Error when it does not become ready at the first start; it does not run then
 */
export async function manage(spec: ProcessSpec, report: Report): Promise<Managed> {
  let stopping = false
  let first: ReadyMessage | undefined
  let current: ChildProcess | undefined
  let failures = 0

  async function start(): Promise<ReadyMessage> {
    const child = spawn(process.execPath, [spec.file, ...(spec.args ?? [])], {
      env: { ...cleanEnvironment(), ...spec.env(first) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    current = child
    running.add(child)
    report.process(spec.name, child.pid ?? 0)
    forwardLines(child, spec.name, report)
    child.on('exit', (code, signal) => {
      running.delete(child)
      if (stopping || first === undefined) return
      if (code !== null && code === spec.final?.code) return report.ended(spec.name, spec.final.why)
      report.died(spec.name, signal ?? `code ${code}`)
      void restart()
    })
    try {
      return await readyMessage(child, spec, report.logFile)
    } catch (error) {
      // Without effect on one that ended.
      child.kill('SIGKILL')
      running.delete(child)
      throw error
    }
  }

  async function restart(): Promise<void> {
    await pause(RESTART_PAUSES_MS[Math.min(failures, RESTART_PAUSES_MS.length - 1)])
    failures += 1
    if (stopping) return
    try {
      await start()
      failures = 0
      report.restarted(spec.name)
    } catch (error) {
      // Whoever ran has ended, which leads to the next try; what never ran cannot end.
      report.log(spec.name, error instanceof Error ? error.message : String(error))
      if (current?.pid === undefined && !stopping) void restart()
    }
  }

  first = await start()
  return {
    ready: first,
    async stop() {
      stopping = true
      const child = current
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS)
      await gone
      clearTimeout(insist)
    },
  }
}

/** Settings of the surrounding shell must not leak into the platform's processes. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('STEG_') || name === 'STEG_LOG_LEVEL'),
  )
}

async function readyMessage(child: ChildProcess, spec: ProcessSpec, logFile: string): Promise<ReadyMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadyMessage>()
  const patience = setTimeout(
    () =>
      reject(
        new Error(
          `${spec.name} did not become ready within ${START_PATIENCE_MS / 1000} s. Its log: ${logFile}`,
        ),
      ),
    START_PATIENCE_MS,
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output = `${output}${text}`.slice(-OUTPUT_KEPT)
    })
  }
  child.once('close', (code, signal) => {
    const how = signal ?? `code ${code}`
    const where = spec.dataFile === undefined ? '' : `Its data: ${spec.dataFile}. `
    reject(
      new Error(`${spec.name} could not start (${how}): ${tellingLine(output)}. ${where}Its log: ${logFile}`),
    )
  })
  child.once('error', reject)
  if (spec.readyOn === 'ipc') {
    child.on('message', (message) => {
      if (isReady(message)) resolve(message)
    })
  } else {
    const { line: event } = spec.readyOn
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.includes(`"event":"${event}"`)) resolve({})
      })
    }
  }
  return promise.finally(() => clearTimeout(patience))
}

function isReady(message: unknown): message is ReadyMessage & { event: 'ready' } {
  return typeof message === 'object' && message !== null && 'event' in message && message.event === 'ready'
}

function forwardLines(child: ChildProcess, name: string, report: Report): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => report.log(name, line))
  }
}
