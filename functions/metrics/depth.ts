import type { QueueDepth, QueueDepths } from '../platform/bus/port.ts'

/**
 * What waits for an agent: on its own queue, and on that of its site, whose calls any agent of the site may take and which
 * therefore count for each of them.
 */
export function agentDepth(
  queues: QueueDepths,
  queuesOf: (agentId: string) => Promise<readonly string[]>,
): (agentId: string) => Promise<QueueDepth> {
  return async (agentId) => {
    const depths = await Promise.all((await queuesOf(agentId)).map((queue) => queues.depthOf(queue)))
    const sum = (of: keyof QueueDepth) => depths.reduce((total, depth) => total + depth[of], 0)
    return { waiting: sum('waiting'), deadLetters: sum('deadLetters') }
  }
}
