import type { JobMessage } from '../../functions/jobs/starting.ts'
import type { OutgoingMessage } from '../../functions/platform/bus/port.ts'

/** What a host does with the session queues of a broker, without either: the places are what is measured. */
export interface Places {
  send(queue: string, message: OutgoingMessage): Promise<void>
  /** Messages that were sent. */
  readonly sent: () => number
  /** Takes no new message. */
  stop(): void
}

interface Session {
  readonly messages: OutgoingMessage[]
  held: boolean
  wake: (() => void) | undefined
}

/**
 * Up to `places` sessions of each queue at the same time, one message of each after the other; a session without a message
 * is given back after `idleMs`.
 */
export function createPlaces(options: {
  readonly places: number
  readonly idleMs: number
  readonly work: (message: JobMessage) => Promise<void>
}): Places {
  const queues = new Map<string, { readonly sessions: Map<string, Session>; taken: number }>()
  let sent = 0
  let stopped = false

  function accept(name: string): void {
    const queue = queues.get(name)
    if (queue === undefined || stopped) return
    for (const [id, session] of queue.sessions) {
      if (queue.taken >= options.places) return
      if (session.held || session.messages.length === 0) continue
      session.held = true
      queue.taken += 1
      void hold(session).then(() => {
        session.held = false
        queue.taken -= 1
        // Whoever had its turn goes behind the others.
        queue.sessions.delete(id)
        if (session.messages.length > 0) queue.sessions.set(id, session)
        accept(name)
      })
    }
  }

  async function hold(session: Session): Promise<void> {
    while (!stopped) {
      const message = session.messages.shift() ?? (await next(session))
      if (message === undefined) return
      try {
        await options.work(JSON.parse(Buffer.from(message.body).toString()))
      } catch {
        // As the broker does: it comes again.
        session.messages.unshift(message)
      }
    }
  }

  function next(session: Session): Promise<OutgoingMessage | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => session.wake?.(), options.idleMs)
      session.wake = () => {
        session.wake = undefined
        clearTimeout(timer)
        resolve(session.messages.shift())
      }
    })
  }

  return {
    sent: () => sent,
    stop() {
      stopped = true
    },
    async send(name, message) {
      sent += 1
      const queue = queues.get(name) ?? { sessions: new Map<string, Session>(), taken: 0 }
      queues.set(name, queue)
      const id = message.sessionId ?? ''
      const session = queue.sessions.get(id) ?? { messages: [], held: false, wake: undefined }
      queue.sessions.set(id, session)
      session.messages.push(message)
      if (session.held) session.wake?.()
      else queueMicrotask(() => accept(name))
    },
  }
}
