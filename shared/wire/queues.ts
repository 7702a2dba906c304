/** Names of the queues between hub and agents. */
export const REPLIES_QUEUE = 'replies'
export const EVENTS_QUEUE = 'events'

/** The queue from which one agent takes its requests. */
export function agentQueue(agentId: string): string {
  return `agent-${agentId}`
}
