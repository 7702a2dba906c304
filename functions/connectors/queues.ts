import type { QueueOptions } from '../platform/bus/port.ts'

export const AGENT_QUEUE: QueueOptions = { lockSeconds: 60, maxDeliveryCount: 10 }

/**
 * The lock is short, because what a killed agent had in hand must come to another one while its caller still waits. The
 * hub may send a call twice when it did not hear whether the first arrived: two agents must not get one each. An agent
 * that has just joined hands back what was sealed before it was known, and such deliveries count, too.
 */
export const SITE_QUEUE: QueueOptions = {
  lockSeconds: 30,
  maxDeliveryCount: 50,
  duplicateDetectionSeconds: 600,
}
