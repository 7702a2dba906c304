import { isServiceBusError, ServiceBusClient, type ServiceBusClientOptions } from '@azure/service-bus'
import { reasonOf } from '../../../shared/errors/error.ts'
import { within } from '../../../shared/within.ts'
import { closeInTime, closeQuietly, SILENT_MS, unavailable } from './clients.ts'
import type { Bus } from './port.ts'

/**
 * How often a held session is renewed. The client renews by itself only in the mode that settles messages one by one;
 * replies are taken without that, which saves a message each. Well below the queue's lock of five minutes.
 */
const RENEW_SESSION_MS = 100_000
/** Replies handed over at the same time; with one, each would wait for a round trip of its own. */
const CONCURRENT_REPLIES = 64
/** The client may wait for ever when the connection breaks while it opens a session. */
const OPEN_SESSION_MS = 15_000
/** Refusals that say something about the session alone, and nothing about the connection. */
const OF_SESSION = new Set(['MessagingEntityNotFound', 'SessionCannotBeLocked', 'UnauthorizedAccess'])

interface Connection {
  readonly client: ServiceBusClient
  /** What ends the sessions that are held over it. */
  readonly losses: Set<(reason: string) => void>
  /** Sessions held or being opened. */
  users: number
}

/**
 * Sessions on reply queues, of all tenants over one connection. A session that is lost says nothing about the others; a
 * connection that is silent or cannot open one is given up with everything in it, and those who need theirs open it anew.
 */
export function createReplySessions(
  connectionString: string,
  options: ServiceBusClientOptions,
): Bus['openReplySession'] {
  let current: Connection | undefined

  function connect(): Connection {
    current ??= { client: new ServiceBusClient(connectionString, options), losses: new Set(), users: 0 }
    return current
  }

  function discard(connection: Connection, reason: string): void {
    if (current === connection) current = undefined
    closeQuietly(connection.client)
    for (const lose of [...connection.losses]) lose(reason)
  }

  /** A connection that carries nothing costs one of the few that a namespace has. */
  async function leave(connection: Connection): Promise<void> {
    connection.users -= 1
    if (connection.users > 0) return
    if (current === connection) current = undefined
    await closeInTime(connection.client)
  }

  return async (queue, sessionId, onReply, onLost) => {
    const connection = connect()
    connection.users += 1
    try {
      const accepting = connection.client.acceptSession(queue, sessionId, {
        receiveMode: 'receiveAndDelete',
        maxAutoLockRenewalDurationInMs: 0,
        // Otherwise the client tries to read every body as JSON before it hands over the bytes.
        skipParsingBodyAsJson: true,
      })
      const receiver = await within(OPEN_SESSION_MS, accepting)
      let open = true
      const end = () => {
        open = false
        clearInterval(renewing)
        connection.losses.delete(lose)
      }
      const lose = (reason: string) => {
        if (!open) return
        end()
        // Over a broken connection this ends with its time; nobody waits for it.
        receiver.close().catch(() => undefined)
        void leave(connection)
        onLost(reason)
      }
      const renewing = setInterval(() => {
        receiver.renewSessionLock().catch((error) => lose(reasonOf(error)))
      }, RENEW_SESSION_MS)
      connection.losses.add(lose)
      receiver.subscribe(
        {
          processMessage: async (message) => {
            if (typeof message.correlationId === 'string' && message.body instanceof Uint8Array) {
              onReply({ correlationId: message.correlationId, body: message.body })
            }
          },
          processError: async ({ error }) => lose(reasonOf(error)),
        },
        { maxConcurrentCalls: CONCURRENT_REPLIES },
      )
      return {
        check: () =>
          within(SILENT_MS, receiver.renewSessionLock()).then(
            () => undefined,
            (error) => (isOfSession(error) ? lose(reasonOf(error)) : discard(connection, reasonOf(error))),
          ),
        async close() {
          if (!open) return
          end()
          await within(SILENT_MS, receiver.close()).catch(() => undefined)
          await leave(connection)
        },
      }
    } catch (error) {
      if (!isOfSession(error)) discard(connection, reasonOf(error))
      await leave(connection)
      return unavailable(error)
    }
  }
}

function isOfSession(error: unknown): boolean {
  return isServiceBusError(error) && (OF_SESSION.has(error.code) || error.code === 'SessionLockLost')
}
