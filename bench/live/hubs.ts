import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tokenHash } from '../../infra/local/data-folder.ts'
import { makeFolder, removeFolder } from '../../test/folder.ts'
import { type Api, apiOf } from '../../test/system/tenant.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const key = () => randomBytes(32).toString('base64')

export interface HubProcess {
  readonly url: string
  /** What is billed, since its start. */
  counts(): Promise<{ readonly transactions: number; readonly messages: number }>
  /** Milliseconds of the processor since its start: what counts on a machine that has other things to do. Linux only. */
  processor(): Promise<number>
}

/** Built hubs that share one broker and one store, as instances of a Function App do, and a tenant. */
export async function startHubs(count: number) {
  const folder = await makeFolder()
  const children: ChildProcess[] = []
  const bus = { manage: key(), listen: key(), send: key() }
  const operatorToken = `steg_operator_${randomBytes(32).toString('base64url')}`

  async function start(file: string, env: Record<string, string>) {
    const child = fork(at(file), {
      env: { ...process.env, ...env },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    children.push(child)
    const [message] = (await once(child, 'message')) as [{ readonly port: number }]
    return { child, port: message.port }
  }

  async function close(): Promise<void> {
    for (const child of children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
    await removeFolder(folder)
  }

  const broker = await start('dist/infra/local/broker/main.js', {
    STEG_BROKER: JSON.stringify({
      dataFile: join(folder, 'broker.db'),
      policies: [{ name: 'hub', key: bus.manage, rights: ['listen', 'send', 'manage'] }],
      queues: ['jobs', 'events', 'replies'].map((name) => ({ name, requiresSession: true })),
    }),
  })
  const masterKey = key()
  const hubs: HubProcess[] = []
  for (let index = 0; index < count; index++) {
    const { child, port } = await start('dist/infra/local/host/main.js', {
      STEG_HOST: JSON.stringify({
        entry: at('dist/functions/main.js'),
        hostJsonPath: at('host.json'),
        port: 0,
        logLevel: 'error',
      }),
      STEG_STORE: `sqlite:${join(folder, 'store.db')}`,
      STEG_BUS: `Endpoint=sb://127.0.0.1:${broker.port};SharedAccessKeyName=hub;SharedAccessKey=${bus.manage};UseDevelopmentEmulator=true`,
      STEG_BUS_LISTEN_KEY: bus.listen,
      STEG_BUS_SEND_KEY: bus.send,
      STEG_MASTER_KEY: masterKey,
      STEG_OPERATOR_TOKEN_HASH: tokenHash(operatorToken),
      STEG_LOG_LEVEL: 'error',
    })
    const url = `http://127.0.0.1:${port}`
    hubs.push({
      url,
      async processor() {
        const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '')
        const [user, system] = stat.split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? []
        // In hundredths of a second.
        return 10 * ((user ?? Number.NaN) + (system ?? Number.NaN))
      },
      async counts() {
        const { body } = await apiOf(url, operatorToken)('GET', '/metrics')
        return { transactions: body.store.transactions, messages: body.bus.sent + body.bus.replies }
      },
    })
  }
  const [first] = hubs
  const tenant = await apiOf(first?.url ?? '', operatorToken)('POST', '/tenants', { name: 'Bench' })
  const token: string = tenant.body.apiToken
  const apis: readonly Api[] = hubs.map(({ url }) => apiOf(url, token))
  return { hubs, apis, token, close }
}
