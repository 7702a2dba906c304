import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const main = fileURLToPath(new URL('../../../infra/local/broker/main.ts', import.meta.url))
const policy = { name: 'all', key: 'secret-key', rights: ['listen', 'send', 'manage'] }

const ready = z.object({ event: z.literal('ready'), port: z.number(), tcpPort: z.number() })
const answer = z.object({
  id: z.number(),
  stats: z.record(z.string(), z.object({ active: z.number(), locked: z.number(), deadLetter: z.number() })),
})
type BrokerStats = z.infer<typeof answer>['stats']

export interface BrokerProcess {
  readonly port: number
  readonly tcpPort: number
  readonly connectionString: string
  stats(): Promise<BrokerStats>
  /** SIGKILL: nothing is said to anybody, nothing is written any more. */
  kill(): Promise<void>
}

/** The local broker in a process of its own, so that it can be killed. */
export async function startBrokerProcess(
  dataFile: string,
  queues: readonly object[],
  ports: { port: number; tcpPort: number } = { port: 0, tcpPort: 0 },
): Promise<BrokerProcess> {
  const child = fork(main, {
    env: { ...process.env, STEG_BROKER: JSON.stringify({ dataFile, policies: [policy], queues, ...ports }) },
    execArgv: [],
  })
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('The broker did not start.')
    }),
  ])
  const { port, tcpPort } = ready.parse(message)
  let asked = 0
  return {
    port,
    tcpPort,
    connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=${policy.name};SharedAccessKey=${policy.key}`,
    stats: () => ask(child, ++asked),
    async kill() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

function ask(child: ChildProcess, id: number): Promise<BrokerStats> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown) => {
      const parsed = answer.safeParse(message)
      if (parsed.data?.id !== id) return
      child.off('message', onMessage)
      resolve(parsed.data.stats)
    }
    child.on('message', onMessage)
    child.send({ ask: 'stats', id })
  })
}
