import { agentQueue, replyQueue, siteQueue } from '../../shared/wire/queues.ts'
import type { Bus, QueueOptions } from '../platform/bus/port.ts'
import { siteId } from './rules/site.ts'

const AGENT_QUEUE: QueueOptions = { lockSeconds: 60, maxDeliveryCount: 10 }

/**
 * The lock is short, because what a killed agent had in hand must come to another one while its caller still waits. The
 * hub may send a call twice when it did not hear whether the first arrived: two agents must not get one each. An agent
 * that has just joined hands back what was sealed before it was known, and such deliveries count, too.
 */
const SITE_QUEUE: QueueOptions = {
  lockSeconds: 30,
  maxDeliveryCount: 50,
  duplicateDetectionSeconds: 600,
}

/** Answers are of no use an hour later: no call waits longer. */
const REPLY_QUEUE: QueueOptions = { requiresSession: true, lockSeconds: 300, timeToLiveSeconds: 3600 }

/** Makes what an agent needs; what is there already stays as it is. @throws StegError `bus-unavailable` */
export function createQueues(bus: Pick<Bus, 'ensureQueue' | 'deleteQueue'>) {
  const site = (tenantId: string, name: string) => siteQueue(siteId(tenantId, name))
  return {
    async make(tenantId: string, agentId: string, siteName: string | undefined): Promise<void> {
      await Promise.all([
        bus.ensureQueue(agentQueue(agentId), AGENT_QUEUE),
        bus.ensureQueue(replyQueue(tenantId), REPLY_QUEUE),
        siteName === undefined ? undefined : bus.ensureQueue(site(tenantId, siteName), SITE_QUEUE),
      ])
    },
    makeSite: (tenantId: string, name: string) => bus.ensureQueue(site(tenantId, name), SITE_QUEUE),
    makeReplies: (tenantId: string) => bus.ensureQueue(replyQueue(tenantId), REPLY_QUEUE),
    removeAgent: (agentId: string) => bus.deleteQueue(agentQueue(agentId)),
    removeSite: (tenantId: string, name: string) => bus.deleteQueue(site(tenantId, name)),
    removeReplies: (tenantId: string) => bus.deleteQueue(replyQueue(tenantId)),
  }
}

export type Queues = ReturnType<typeof createQueues>
