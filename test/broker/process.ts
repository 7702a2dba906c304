import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { BrokerSettingsInput } from '../../infra/local/broker/settings.ts'
import { policies } from './fixture.ts'

const main = fileURLToPath(new URL('../../infra/local/broker/main.ts', import.meta.url))
const ready = z.object({ event: z.literal('ready'), port: z.number(), tcpPort: z.number() })

export interface BrokerProcess {
  readonly child: ChildProcess
  readonly port: number
  readonly connectionString: string
  /** Ends it without warning. */
  kill(): Promise<void>
}

export function forkBroker(settings: string): ChildProcess {
  const child = fork(main, { env: { ...process.env, STEG_BROKER: settings }, stdio: 'pipe', execArgv: [] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

/** The broker in a process of its own. */
export async function startProcess(settings: Omit<BrokerSettingsInput, 'policies'>): Promise<BrokerProcess> {
  const child = forkBroker(JSON.stringify({ ...settings, policies }))
  const [message] = await once(child, 'message')
  const { port } = ready.parse(message)
  return {
    child,
    port,
    connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=root;SharedAccessKey=the root key`,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
