import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  ServiceBusClient,
  ServiceBusClientOptions,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
} from '@azure/service-bus'
import { onTestFinished } from 'vitest'
import { type Broker, type BrokerOptions, startBroker } from '../../infra/local/broker/broker.ts'
import type { Policy } from '../../infra/local/broker/settings.ts'
import { noRetries, tcpClient, webSocketClient } from './client.ts'
import { createMovableClock, type MovableClock } from './clock.ts'

export const policies: Policy[] = [
  { name: 'root', key: 'the root key', rights: ['manage', 'listen', 'send'] },
  { name: 'listener', key: 'the listener key', rights: ['listen'] },
  { name: 'sender', key: 'the sender key', rights: ['send'] },
]

export type Transport = 'webSocket' | 'tcp'
export const transports: Transport[] = ['webSocket', 'tcp']

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'steg-broker-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface TestBroker {
  readonly broker: Broker
  readonly clock: MovableClock
  connect(transport?: Transport, policy?: string, options?: ServiceBusClientOptions): ServiceBusClient
}

/** A broker for one test, closed with its clients when the test ends. */
export async function openBroker(options: Partial<BrokerOptions>): Promise<TestBroker> {
  const clock = createMovableClock()
  const dataFile = options.dataFile ?? join(await temporaryFolder(), 'broker.db')
  const broker = await startBroker({ policies, clock, ...options, dataFile })
  onTestFinished(() => broker.close())
  return {
    broker,
    clock,
    connect(transport = 'webSocket', policy = 'root', clientOptions = noRetries) {
      const text = broker.connectionString(policy, transport)
      const client =
        transport === 'tcp' ? tcpClient(text, clientOptions) : webSocketClient(text, clientOptions)
      onTestFinished(() => client.close())
      return client
    },
  }
}

export async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5000 })
  if (!message) throw new Error('no message came')
  return message
}

/** Long enough for a message that is there, short enough for a test. */
export const BRIEFLY = { maxWaitTimeInMs: 150 }

export const seconds = (count: number) => count * 1000
