import type { Bus } from './port.ts'

/** A bus that counts what is billed: messages sent, and replies received. */
export function countBus(bus: Bus): { bus: Bus; counts: () => { sent: number; replies: number } } {
  let sent = 0
  let replies = 0
  return {
    counts: () => ({ sent, replies }),
    bus: {
      ...bus,
      async send(queue, message) {
        await bus.send(queue, message)
        sent += 1
      },
      openReplySession: (queue, sessionId, onReply, onLost) =>
        bus.openReplySession(
          queue,
          sessionId,
          (reply) => {
            replies += 1
            onReply(reply)
          },
          onLost,
        ),
    },
  }
}
