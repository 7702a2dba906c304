import { type ChildProcess, fork, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const signals = ['SIGINT', 'SIGTERM'] as const
const STOP_PATIENCE_MS = 15_000
const Ready = z.object({ event: z.literal('ready'), port: z.int() })

export interface Children {
  /** A Node program that says over IPC on which port it is ready. */
  listening(file: string, env?: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; port: number }>
  spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess
  /** Asks all to end, the newest first, and insists after a while. */
  end(): Promise<void>
}

/** Everything that a benchmark starts, so that nothing of it stays behind. */
export function keepChildren(): Children {
  const all: ChildProcess[] = []
  const killAll = () => {
    for (const child of all) child.kill('SIGKILL')
  }
  const stop = () => process.exit(1)
  process.once('exit', killAll)
  for (const signal of signals) process.once(signal, stop)

  function keep(child: ChildProcess): ChildProcess {
    all.push(child)
    return child
  }

  return {
    async listening(file, env = {}) {
      const child = keep(
        fork(file, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
      )
      const [message] = await Promise.race([once(child, 'message'), endedEarly(child, file)])
      return { child, port: Ready.parse(message).port }
    },
    spawn: (command, args, options) => keep(spawn(command, args, options)),
    async end() {
      for (const child of all.toReversed()) await endChild(child)
      process.off('exit', killAll)
      for (const signal of signals) process.off(signal, stop)
    },
  }
}

export async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS)
  await gone
  clearTimeout(insist)
}

export async function endedEarly(child: ChildProcess, name: string): Promise<never> {
  const [code, signal] = await once(child, 'exit')
  throw new Error(`${name} ended at once (${signal ?? `code ${code}`})`)
}

/** Resident memory in MB, or undefined where there is no /proc. */
export async function residentMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100

/** Processor time so far in milliseconds, or undefined where there is no /proc. */
export async function processorMs(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // After the name in brackets: the state is field 3, user and system time are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return Number.isNaN(ticks) ? undefined : (1000 * ticks) / TICKS_PER_SECOND
}
