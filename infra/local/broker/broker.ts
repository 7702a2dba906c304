import { type Clock, systemClock } from '../../../shared/clock.ts'
import { type Logger, silentLogger } from '../../../shared/log.ts'
import { openListeners } from './http/server.ts'
import { createAttempts } from './runtime/attempts.ts'
import { createBodies } from './runtime/bodies.ts'
import { createKeys } from './runtime/keys.ts'
import { type Namespace, openNamespace } from './runtime/namespace.ts'
import { type BrokerSettings, type BrokerSettingsInput, brokerSettingsSchema } from './settings.ts'
import { openDatabase } from './store/database.ts'
import { createJournal } from './store/journal.ts'

export type BrokerOptions = BrokerSettingsInput & {
  readonly clock?: Clock
  readonly log?: Logger
}

export interface QueueStats {
  /** Messages waiting to be received. */
  readonly active: number
  readonly scheduled: number
  readonly locked: number
  readonly deferred: number
  readonly deadLetter: number
  /** Totals since the start of the broker. */
  readonly received: number
  readonly delivered: number
  readonly settled: number
}

export interface Broker {
  /** HTTP and WebSocket. */
  readonly port: number
  /** Plain AMQP. */
  readonly tcpPort: number
  /** For `@azure/service-bus`; throws for an unknown policy. */
  connectionString(policy: string, transport?: 'webSocket' | 'tcp'): string
  /** By the queue's name. */
  stats(): Readonly<Record<string, QueueStats>>
  close(): Promise<void>
}

/**
 * Starts a local, durable stand-in for Azure Service Bus. Rejects with a `ZodError` for wrong options, and with
 * the system's error when the data file or a port is taken.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { clock = systemClock, log = silentLogger, ...rest } = options
  const settings = brokerSettingsSchema.parse(rest)
  const failed = (cause: unknown) => log.error('the data file cannot be written', { cause: String(cause) })
  const database = openDatabase(settings.dataFile, { ...settings, onFailure: failed })
  const journal = createJournal(database.apply, failed)
  const attempts = createAttempts(clock, journal.write)
  const namespace = openNamespace(
    {
      clock,
      log,
      journal,
      bodies: createBodies(settings.memoryBytes, database.body),
      nextId: database.nextId,
      nextKey: createKeys(),
      countDelivery: attempts.count,
    },
    database,
  )

  function stop(): void {
    attempts.stop()
    namespace.close()
    journal.flush()
    database.close()
  }

  let closing: Promise<void> | undefined
  try {
    await createMissing(namespace, settings.queues)
    const services = { namespace, policies: settings.policies, clock, log }
    const listeners = await openListeners(services, settings)
    return {
      port: listeners.port,
      tcpPort: listeners.tcpPort,
      connectionString: (policy, transport) => connectionString(settings, listeners, policy, transport),
      stats: () => Object.fromEntries(namespace.list().map((queue) => [queue.stored.name, statsOf(queue)])),
      close() {
        closing ??= listeners.close().then(stop)
        return closing
      },
    }
  } catch (cause) {
    stop()
    throw cause
  }
}

async function createMissing(namespace: Namespace, wanted: BrokerSettings['queues']): Promise<void> {
  for (const { name, ...settings } of wanted) {
    if (namespace.find(name)) continue
    await new Promise<void>((resolve, reject) =>
      namespace.create(name, settings, (refused) =>
        refused ? reject(new Error(refused.description)) : resolve(),
      ),
    )
  }
}

function statsOf({ main, dead }: ReturnType<Namespace['list']>[number]): QueueStats {
  const { available, ...others } = main.counts()
  const letters = dead.counts()
  return {
    active: available,
    ...others,
    deadLetter: letters.available + letters.locked + letters.deferred,
    received: main.totals.received,
    delivered: main.totals.delivered + dead.totals.delivered,
    settled: main.totals.settled + dead.totals.settled,
  }
}

function connectionString(
  settings: BrokerSettings,
  ports: { readonly port: number; readonly tcpPort: number },
  name: string,
  transport: 'webSocket' | 'tcp' = 'webSocket',
): string {
  const policy = settings.policies.find((one) => one.name === name)
  if (!policy) throw new Error(`There is no policy '${name}'`)
  const host = settings.host === '::1' ? '[::1]' : settings.host
  const port = transport === 'tcp' ? ports.tcpPort : ports.port
  return `Endpoint=sb://${host}:${port};SharedAccessKeyName=${policy.name};SharedAccessKey=${policy.key};UseDevelopmentEmulator=true`
}
