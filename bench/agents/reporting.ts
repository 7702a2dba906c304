import { randomUUID } from 'node:crypto'
import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus'
import { HEARTBEAT_SECONDS, writeHeartbeat } from '../../shared/wire/heartbeat.ts'
import { heartbeatQueue, reportShardOf } from '../../shared/wire/queues.ts'
import { webSocketClient } from '../../test/broker/client.ts'
import type { AgentsSite, Reporter } from './site.ts'

/** Milliseconds between two looks at who is due. */
const STEP_MS = 100

/** Connections as an agent opens them, which many simulated ones share. */
export function openSenders(site: AgentsSite, connections: number) {
  const clients: ServiceBusClient[] = []
  const senders = new Map<string, ServiceBusSender>()
  return {
    /** Of the `lane`-th connection for this tenant's queue. */
    of(tenantId: string, lane: number): ServiceBusSender {
      const queue = heartbeatQueue(reportShardOf(tenantId))
      const name = `${queue} ${lane % connections}`
      const known = senders.get(name)
      if (known !== undefined) return known
      const client = webSocketClient(
        `Endpoint=sb://127.0.0.1:${site.brokerPort};SharedAccessSignature=${site.sasOf(tenantId)};UseDevelopmentEmulator=true`,
      )
      clients.push(client)
      const sender = client.createSender(queue)
      senders.set(name, sender)
      return sender
    },
    close: () => Promise.all(clients.map((client) => client.close())),
  }
}

export function heartbeatOf(reporter: Reporter, at = Date.now()) {
  return {
    messageId: randomUUID(),
    subject: 'heartbeat',
    timeToLive: 120_000,
    body: Buffer.from(writeHeartbeat({ agentId: reporter.id, kind: 'online', at }, reporter.heartbeats)),
  }
}

/** Lets everybody report every 30 s, spread over that time, one message each, until it is stopped. */
export function startReporting(site: AgentsSite, senders: ReturnType<typeof openSenders>) {
  const { reporters } = site
  const period = HEARTBEAT_SECONDS * 1000
  const began = performance.now()
  let next = 0
  let sent = 0
  let failed = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / period) * reporters.length)
    for (; next < due; next++) {
      const reporter = reporters[next % reporters.length]
      if (reporter === undefined) continue
      senders
        .of(reporter.tenantId, next)
        .sendMessages(heartbeatOf(reporter))
        .then(
          () => {
            sent += 1
          },
          () => {
            failed += 1
          },
        )
    }
  }, STEP_MS)
  return {
    counts: () => ({ sent, failed }),
    stop: () => clearInterval(timer),
  }
}
