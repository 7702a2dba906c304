import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { SageOptions } from '../../infra/local/sage/options.ts'

const entry = fileURLToPath(new URL('../../infra/local/sage/main.ts', import.meta.url))
const readySchema = z.object({ event: z.literal('ready'), port: z.int(), url: z.string() })

export interface Child {
  readonly process: ChildProcess
  readonly port: number
  readonly url: string
  /** Code or signal with which the process ended. */
  readonly ended: Promise<number | string>
}

export function launch(config: unknown, stderr: 'inherit' | 'pipe' = 'inherit'): ChildProcess {
  const child = fork(entry, [], {
    execArgv: [],
    env: { ...process.env, STEG_SAGE: typeof config === 'string' ? config : JSON.stringify(config) },
    stdio: ['ignore', 'inherit', stderr, 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

export async function endOf(child: ChildProcess): Promise<number | string> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode ?? ''
  const [code, signal] = await once(child, 'exit')
  return code ?? signal
}

/** The simulator in a process of its own, once it says that it is ready. */
export async function child(options: SageOptions): Promise<Child> {
  const running = launch(options)
  const ended = endOf(running)
  const first = await Promise.race([once(running, 'message'), ended])
  if (!Array.isArray(first)) throw new Error(`the simulator ended with ${first}`)
  const { port, url } = readySchema.parse(first[0])
  return { process: running, port, url, ended }
}
