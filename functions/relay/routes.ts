import type { Clock } from '../../shared/clock.ts'
import type { ControlHead } from '../../shared/wire/call.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import { encodeFrame } from '../../shared/wire/frame.ts'
import type { HubChannel } from '../../shared/wire/seal.ts'
import type { Bus } from '../platform/bus/port.ts'

interface CallUnderWay {
  /** Who has taken it, or who may have. */
  readonly agents: readonly string[]
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly deadline: number
}

/** The way of what concerns a call that is under way: to the queue of each agent alone. */
export interface Routes {
  /** Resolves when the broker has it. Of no use after the call's deadline, and dropped by the broker then. */
  control(call: CallUnderWay, control: ControlHead['control'], bytes?: Uint8Array): Promise<void>
  /** Resolves when nothing is being sent any more. */
  idle(): Promise<void>
}

export function createRoutes(parts: {
  bus: Pick<Bus, 'send'>
  clock: Clock
  placeOf: (agentId: string) => Promise<{ queue: string; channel: HubChannel }>
  instanceId: string
}): Routes {
  const sending = new Set<Promise<unknown>>()
  let count = 0

  async function send(agentId: string, head: ControlHead, bytes: Uint8Array | undefined): Promise<void> {
    const timeToLive = head.deadline - parts.clock.now()
    if (timeToLive <= 0) return
    const { queue, channel } = await parts.placeOf(agentId)
    count += 1
    await parts.bus.send(queue, {
      body: channel.seal(head.id, encodeFrame(head, bytes, 'request')),
      enc: channel.enc,
      subject: 'control',
      messageId: `${head.id}-${count}`,
      correlationId: head.id,
      replyToSessionId: parts.instanceId,
      timeToLive,
    })
  }

  return {
    async control({ agents, id, deadline }, control, bytes) {
      const head: ControlHead = { v: WIRE_VERSION, id, deadline, control }
      const sent = Promise.all(agents.map((agentId) => send(agentId, head, bytes)))
      const tracked = sent.finally(() => sending.delete(tracked))
      sending.add(tracked)
      await tracked
    },
    async idle() {
      await Promise.allSettled(sending)
    },
  }
}
