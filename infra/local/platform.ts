import { fileURLToPath } from 'node:url'
import { type DataFolder, tokenHash } from './data-folder.ts'
import { manage } from './process.ts'
import type { Report } from './report.ts'

/** Seconds; how soon a run whose hub died is taken up again. */
const JOB_LOCK_SECONDS = 30

const queues = [
  { name: 'jobs', requiresSession: true, lockSeconds: JOB_LOCK_SECONDS, duplicateDetectionSeconds: 60 },
  { name: 'events', requiresSession: true, lockSeconds: 30, timeToLiveSeconds: 3600 },
  { name: 'replies', requiresSession: true, lockSeconds: 300, timeToLiveSeconds: 3600 },
]

export interface Platform {
  readonly url: string
  stop(): Promise<void>
}

/** Broker and hub. The hub gets what it would get in Azure: connection strings and keys, nothing local. */
export async function startPlatform(
  folder: DataFolder,
  port: number,
  smtpUrl: string,
  report: Report,
): Promise<Platform> {
  const { secrets } = folder
  const broker = await manage(
    {
      name: 'broker',
      file: entry('./broker/main'),
      dataFile: folder.path('broker.db'),
      readyOn: 'ipc',
      env: (ready) => ({
        STEG_BROKER: JSON.stringify({
          dataFile: folder.path('broker.db'),
          port: ready?.port ?? 0,
          policies: [
            { name: 'hub', key: secrets.busKeys.manage, rights: ['listen', 'send', 'manage'] },
            { name: 'agents-listen', key: secrets.busKeys.listen, rights: ['listen'] },
            { name: 'agents-send', key: secrets.busKeys.send, rights: ['send'] },
          ],
          queues,
        }),
      }),
    },
    report,
  )
  try {
    const hub = await manage(hubSpec(folder, port, broker.ready.port ?? 0, smtpUrl), report)
    return {
      url: `http://127.0.0.1:${hub.ready.port}`,
      async stop() {
        await hub.stop()
        await broker.stop()
      },
    }
  } catch (error) {
    await broker.stop()
    throw error
  }
}

function hubSpec(
  folder: DataFolder,
  port: number,
  brokerPort: number,
  smtpUrl: string,
): Parameters<typeof manage>[0] {
  const { secrets } = folder
  return {
    name: 'hub',
    file: entry('./host/main'),
    dataFile: folder.path('store.db'),
    readyOn: 'ipc',
    env: (ready) => ({
      STEG_HOST: JSON.stringify({
        entry: entry('../../functions/main'),
        hostJsonPath: packageFile('host.json'),
        port: ready?.port ?? port,
        timerStatusDir: folder.path('timers'),
      }),
      STEG_STORE: `sqlite:${folder.path('store.db')}`,
      STEG_BUS: `Endpoint=sb://127.0.0.1:${brokerPort};SharedAccessKeyName=hub;SharedAccessKey=${secrets.busKeys.manage};UseDevelopmentEmulator=true`,
      STEG_BUS_LISTEN_KEY: secrets.busKeys.listen,
      STEG_BUS_SEND_KEY: secrets.busKeys.send,
      STEG_MASTER_KEY: [secrets.masterKey, ...(secrets.olderMasterKeys ?? [])].join(','),
      STEG_OPERATOR_TOKEN_HASH: tokenHash(secrets.operatorToken),
      STEG_SMTP_URL: smtpUrl,
      STEG_MAIL_FROM: 'Steg <steg@localhost>',
      STEG_PUBLIC_URL: `http://127.0.0.1:${ready?.port ?? port}`,
    }),
  }
}

/** A module beside this one, in the sources as in the build. */
export function entry(path: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`${path}.${extension}`, import.meta.url))
}

function packageFile(name: string): string {
  const up = import.meta.url.endsWith('.ts') ? '../..' : '../../..'
  return fileURLToPath(new URL(`${up}/${name}`, import.meta.url))
}
