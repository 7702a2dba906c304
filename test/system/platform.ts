import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { makeFolder, removeFolder } from '../folder.ts'

const built = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))

export type Line = Readonly<Record<string, unknown>> & { readonly event: string }

/** A built program whose output is JSON lines, as a test sees it. */
export interface Program {
  readonly child: ChildProcess
  readonly lines: readonly Line[]
  readonly errors: () => string
  /** Resolves with the first line of this event, past or future; rejects when the program ends without it. */
  line(event: string): Promise<Line>
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

export function runProgram(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, [built(file), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  let errors = ''
  createInterface({ input: child.stdout }).on('line', (text) => {
    if (!text.startsWith('{')) return
    lines.push(JSON.parse(text))
    for (const wake of waiting) wake()
  })
  child.stderr.on('data', (data) => {
    errors += data
  })
  const ended = once(child, 'close')
  ended.then(() => {
    for (const wake of waiting) wake()
  })
  return {
    child,
    lines,
    errors: () => errors,
    line: (event) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => line.event === event)
          const over = child.exitCode !== null || child.signalCode !== null
          if (found === undefined && !over) return
          waiting.delete(look)
          if (found) resolve(found)
          else reject(new Error(`ended without "${event}": ${errors}`))
        }
        waiting.add(look)
        look()
      }),
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
      return child.exitCode
    },
  }
}

export interface TestPlatform {
  readonly program: Program
  readonly url: string
  readonly operatorToken: string
  readonly data: string
  /** Process ids by name; the newest where one was started again. */
  pid(name: 'hub' | 'broker' | 'agent' | 'sage'): number
}

/** Starts the whole platform on free ports. */
export async function startTestPlatform(
  data: string,
  args: readonly string[] = ['--no-demo'],
): Promise<TestPlatform> {
  const program = runProgram('infra/local/main.js', ['--json', '--port', '0', '--data', data, ...args])
  const ready = await program.line('ready')
  return {
    program,
    data,
    url: String(ready.url),
    operatorToken: String(ready.operatorToken),
    pid(name) {
      const line = program.lines.findLast((entry) => entry.event === 'process' && entry.name === name)
      return Number(line?.pid)
    },
  }
}

/** A folder that is gone when `cleanup` ran. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await makeFolder()
  return { path, remove: () => removeFolder(path) }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}
