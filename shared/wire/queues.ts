/** Names of the queues between hub and agents. */

/** The queue of one agent alone: pings, and calls that only this agent shall make. */
export function agentQueue(agentId: string): string {
  return `agent-${agentId}`
}

/** The queue of calls that all agents of a site compete for. */
export function siteQueue(siteId: string): string {
  return `site-${siteId}`
}

/** What the agents of one tenant answer; its sessions are the instances of the hub. They can fill nobody else's. */
export function replyQueue(tenantId: string): string {
  return `replies-${tenantId}`
}

/**
 * Agents report in so many queues, each tenant's in one: a queue for each tenant could not start functions. Whoever
 * floods one keeps nobody waiting in the others.
 */
export const REPORT_SHARDS = [0, 1, 2, 3] as const
export type ReportShard = (typeof REPORT_SHARDS)[number]

export function heartbeatQueue(shard: ReportShard): string {
  return `heartbeats-${shard}`
}

export function eventQueue(shard: ReportShard): string {
  return `events-${shard}`
}

/** FNV-1a, 32 bit: the same for ever, or reports would lie in a queue where nobody expects them. */
export function reportShardOf(tenantId: string): ReportShard {
  let hash = 0x811c9dc5
  for (const character of tenantId) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return REPORT_SHARDS[hash % REPORT_SHARDS.length] ?? 0
}
