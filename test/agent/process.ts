import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('../../agent/main.ts', import.meta.url))

/** Nothing of how this machine reaches the network, or of its language, shall matter. */
const plain = {
  ...{ http_proxy: '', HTTP_PROXY: '', https_proxy: '', HTTPS_PROXY: '', all_proxy: '', ALL_PROXY: '' },
  ...{ no_proxy: '', NO_PROXY: '', NODE_EXTRA_CA_CERTS: '', STEG_PROXY: '' },
  ...{ LC_ALL: '', LANG: 'C' },
}

export interface AgentProcess {
  readonly pid: number
  /** Lines on standard output so far, as objects. */
  readonly events: { event: string; [field: string]: unknown }[]
  readonly errors: string[]
  readonly exited: Promise<{ code: number | null; signal: string | null }>
  kill(signal: NodeJS.Signals): void
  disconnect(): void
}

/** The agent in a process of its own, ended with the test at the latest. */
export function startAgent(
  args: string[],
  options: { ipc?: boolean; env?: NodeJS.ProcessEnv } = {},
): AgentProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc ? (['ipc'] as const) : [])],
    env: { ...process.env, ...plain, ...options.env },
  })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const events: AgentProcess['events'] = []
  const errors: string[] = []
  const ended = [
    eachLine(child.stdout, (line) => events.push(JSON.parse(line))),
    eachLine(child.stderr, (line) => errors.push(line)),
  ]
  return {
    pid: child.pid ?? 0,
    events,
    errors,
    // The event `close` does not come for a child whose channel was closed from here.
    exited: once(child, 'exit').then(async ([code, signal]) => {
      await Promise.all(ended)
      return { code, signal }
    }),
    kill: (signal) => void child.kill(signal),
    disconnect: () => child.disconnect(),
  }
}

async function eachLine(stream: Readable | null, use: (line: string) => void): Promise<void> {
  if (stream === null) return
  for await (const line of createInterface(stream)) use(line)
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs one command to its end. */
export async function agentCommand(
  args: string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...plain, ...options.env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdin.end(options.input ?? '')
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}
