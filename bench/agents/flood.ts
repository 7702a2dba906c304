import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { reportShardOf } from '../../shared/wire/queues.ts'
import { heartbeatOf, openSenders } from './reporting.ts'
import type { AgentsSite, Reporter } from './site.ts'

/** So often a victim reports, and the store is asked what it has heard of it. */
const EVERY_MS = 100
const LOOK_MS = 20
const BATCH = 100

export interface FloodFigures {
  readonly rubbish: number
  /** By the broker. */
  readonly refused: number
  readonly 'sent in s': number
  /** Longest that the hub was behind with an agent, in ms: in another queue, and in the flooded one. */
  readonly 'others, ms': number
  readonly 'same queue, ms': number
}

/** One agent sends rubbish as fast as it can; how much later than they are sent do reports of others count? */
export async function measureFlood(site: AgentsSite, rubbish: number): Promise<FloodFigures> {
  const [attacker] = site.reporters
  if (attacker === undefined) throw new Error('there is nobody')
  const shard = reportShardOf(attacker.tenantId)
  const others = site.reporters.filter(({ tenantId }) => tenantId !== attacker.tenantId)
  const near = others.find(({ tenantId }) => reportShardOf(tenantId) === shard)
  const far = others.find(({ tenantId }) => reportShardOf(tenantId) !== shard)
  if (near === undefined || far === undefined) throw new Error('there are too few tenants')
  const senders = openSenders(site, 1)
  const flood = openSenders(site, 1)
  const watched = [near, far].map((victim) => watch(site, victim, senders))
  await pause(2000)
  const before = await Promise.all(watched.map(({ worst }) => worst()))
  const began = performance.now()
  const sender = flood.of(attacker.tenantId, 0)
  let refused = 0
  for (let left = rubbish; left > 0; left -= BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, left) }, () => ({
      messageId: randomUUID(),
      body: Buffer.from(randomUUID()),
    }))
    // What the broker throttles is refused; the attacker goes on.
    await sender.sendMessages(messages).catch(() => {
      refused += messages.length
    })
  }
  const seconds = (performance.now() - began) / 1000
  // Until nobody is behind any more.
  const until = performance.now() + 60_000
  await pause(1000)
  while (performance.now() < until && watched.some(({ behind }) => behind() > EVERY_MS * 5)) await pause(200)
  const [same = 0, other = 0] = await Promise.all(watched.map(({ worst }) => worst()))
  const [sameBefore = 0, otherBefore = 0] = before
  for (const { stop } of watched) stop()
  await senders.close()
  await flood.close()
  return {
    rubbish,
    refused,
    'sent in s': Math.round(seconds * 10) / 10,
    'others, ms': Math.max(0, Math.round(other - otherBefore)),
    'same queue, ms': Math.max(0, Math.round(same - sameBefore)),
  }
}

/** Reports for one agent and knows how far the store is behind. */
function watch(site: AgentsSite, victim: Reporter, senders: ReturnType<typeof openSenders>) {
  let behindMs = 0
  let worstMs = 0
  let over = false
  const reporting = setInterval(() => {
    senders
      .of(victim.tenantId, 0)
      .sendMessages(heartbeatOf(victim))
      .catch(() => undefined)
  }, EVERY_MS)
  const looking = (async () => {
    while (!over) {
      const seen = await site.lastSeen(victim)
      if (seen > 0) behindMs = Date.now() - seen
      worstMs = Math.max(worstMs, behindMs)
      await pause(LOOK_MS)
    }
  })()
  return {
    behind: () => behindMs,
    async worst() {
      const found = worstMs
      worstMs = 0
      return found
    },
    stop() {
      over = true
      clearInterval(reporting)
      return looking
    },
  }
}
