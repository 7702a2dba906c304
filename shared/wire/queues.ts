/** Names of the queues between hub and agents. */
export const REPLIES_QUEUE = 'replies'
export const EVENTS_QUEUE = 'events'

/** The queue of one agent alone: pings, and calls that only this agent shall make. */
export function agentQueue(agentId: string): string {
  return `agent-${agentId}`
}

/** The queue of calls that all agents of a site compete for. */
export function siteQueue(siteId: string): string {
  return `site-${siteId}`
}
