import { ServiceBusError } from '@azure/service-bus'
import type {
  BusClient,
  Message,
  OpenBus,
  QueueReceiver,
  SessionReceiver,
} from '../../../infra/local/host/servicebus/client.ts'
import type { Clock } from '../../../shared/clock.ts'

type Handlers = Parameters<QueueReceiver['subscribe']>[0]

/** A broker in memory with one queue, whose connections can be cut and refused. */
export interface FakeBus {
  readonly open: OpenBus
  send(id: string, sessionId?: string): void
  /** Cuts every connection. Unsettled messages come again. */
  cut(): void
  /** New connections fail while this is true. */
  refuse: boolean
  /** While true, `acceptNextSession` answers "no session" at once instead of waiting. */
  impatient: boolean
  readonly completed: string[]
  readonly abandoned: string[]
  readonly renewed: string[]
  readonly sessionsClosed: string[]
  opened(): number
  live(): number
  accepts(): number
}

const lockMs = 30_000

export function createFakeBus(clock: Clock): FakeBus {
  const waiting: Message[] = []
  const heldSessions = new Set<string>()
  const clients = new Set<{ cut(): void }>()
  const wakers = new Set<() => void>()
  let openedCount = 0
  let accepts = 0

  const changed = () => {
    for (const wake of [...wakers]) wake()
  }
  const next = () => new Promise<void>((resolve) => wakers.add(() => resolve()))

  function message(id: string, sessionId?: string): Message {
    const fields = { messageId: id, body: Buffer.from(id), deliveryCount: 0, sessionId }
    return fields as unknown as Message
  }

  const bus: FakeBus = {
    refuse: false,
    impatient: false,
    completed: [],
    abandoned: [],
    renewed: [],
    sessionsClosed: [],
    opened: () => openedCount,
    live: () => clients.size,
    accepts: () => accepts,
    send(id, sessionId) {
      waiting.push(message(id, sessionId))
      changed()
    },
    cut() {
      for (const client of [...clients]) client.cut()
    },
    open() {
      openedCount++
      return connect()
    },
  }

  function connect(): BusClient {
    let lost: Error | undefined = bus.refuse ? new Error('connection refused') : undefined
    const locked = new Set<Message>()
    const handlers = new Set<Handlers>()
    const sessions = new Set<string>()
    const self = {
      cut() {
        lost = new Error('connection lost')
        clients.delete(self)
        for (const item of locked) waiting.unshift(again(item))
        locked.clear()
        for (const session of sessions) heldSessions.delete(session)
        for (const { processError } of handlers) void processError(errorArgs(lost))
        changed()
      },
    }
    if (!lost) clients.add(self)

    const again = (item: Message): Message =>
      ({ ...item, deliveryCount: (item.deliveryCount ?? 0) + 1 }) as Message
    const errorArgs = (error: Error) => ({
      error,
      errorSource: 'receive' as const,
      entityPath: 'q',
      fullyQualifiedNamespace: 'n',
      identifier: 'i',
    })
    const check = () => {
      if (lost) throw lost
    }
    function take(sessionId?: string): Message | undefined {
      const at = waiting.findIndex((item) => item.sessionId === sessionId)
      const [found] = at < 0 ? [] : waiting.splice(at, 1)
      if (!found) return undefined
      const item = Object.assign(found, { lockedUntilUtc: new Date(clock.now() + lockMs) })
      locked.add(item)
      return item
    }
    const renew = (id: string) => {
      check()
      bus.renewed.push(id)
      return new Date(clock.now() + lockMs)
    }

    async function receive(
      count: number,
      waitMs: number,
      signal: AbortSignal,
      sessionId?: string,
    ): Promise<Message[]> {
      const end = clock.now() + waitMs
      const timeout = new AbortController()
      void clock.sleep(waitMs, timeout.signal).then(changed, () => undefined)
      signal.addEventListener('abort', changed)
      try {
        for (;;) {
          check()
          signal.throwIfAborted()
          const taken: Message[] = []
          for (let item = take(sessionId); item; item = taken.length < count ? take(sessionId) : undefined) {
            taken.push(item)
          }
          if (taken.length > 0 || clock.now() >= end) return taken
          await next()
        }
      } finally {
        timeout.abort()
        signal.removeEventListener('abort', changed)
      }
    }
    const settlement = {
      async completeMessage(item: Message) {
        check()
        locked.delete(item)
        bus.completed.push(String(item.messageId))
      },
      async abandonMessage(item: Message) {
        check()
        locked.delete(item)
        bus.abandoned.push(String(item.messageId))
        waiting.unshift(again(item))
        changed()
      },
    }

    return {
      createReceiver: () => ({
        ...settlement,
        receiveMessages: (count, options) => receive(count, options.maxWaitTimeInMs, options.abortSignal),
        renewMessageLock: async (item) => renew(String(item.messageId)),
        subscribe(handler, { maxConcurrentCalls }) {
          const stop = new AbortController()
          handlers.add(handler)
          if (lost) void handler.processError(errorArgs(lost))
          const work = async () => {
            for (;;) {
              const [item] = await receive(1, 1e12, stop.signal)
              if (item) await handler.processMessage(item)
            }
          }
          for (let index = 0; index < maxConcurrentCalls; index++) work().catch(() => undefined)
          return {
            async close() {
              handlers.delete(handler)
              stop.abort()
            },
          }
        },
        close: async () => undefined,
      }),
      async acceptNextSession() {
        // A pump that spins would never let the test end.
        if (++accepts > 1000) await new Promise(() => undefined)
        for (;;) {
          check()
          const found = waiting.find(
            (item) => item.sessionId !== undefined && !heldSessions.has(item.sessionId),
          )
          const sessionId = found?.sessionId
          if (sessionId !== undefined) {
            heldSessions.add(sessionId)
            sessions.add(sessionId)
            return session(sessionId)
          }
          if (bus.impatient) throw new ServiceBusError('no session', 'ServiceTimeout')
          await next()
        }
      },
      async close() {
        lost ??= new Error('closed')
        clients.delete(self)
        changed()
      },
    }

    function session(sessionId: string): SessionReceiver {
      return {
        ...settlement,
        sessionId,
        sessionLockedUntilUtc: new Date(clock.now() + lockMs),
        renewSessionLock: async () => renew(sessionId),
        receiveMessages: (count, options) =>
          receive(count, options.maxWaitTimeInMs, options.abortSignal, sessionId),
        async close() {
          bus.sessionsClosed.push(sessionId)
          heldSessions.delete(sessionId)
          sessions.delete(sessionId)
          changed()
        },
      }
    }
  }

  return bus
}
