import { createBackoff } from './backoff.ts'
import { type BusClient, isNoSession, receiverOptions, type SessionReceiver } from './client.ts'
import { closeQuietly } from './closing.ts'
import { deliver, type Pump, type PumpOptions } from './deliver.ts'
import { keepLocked } from './lock.ts'

/** An empty answer that comes sooner than this is not waited for by the broker; asking again at once would spin. */
const promptMs = 1_000

/**
 * Feeds a function with the sessions of a queue: up to maxConcurrentSessions at once, each in order, each given back
 * when it had no message for sessionIdleTimeout. Opens a new connection whenever one fails.
 */
export function startSessionPump(options: PumpOptions): Pump {
  const stop = new AbortController()
  return { stop: () => stop.abort(), stopped: pump(options, stop.signal) }
}

interface Connection {
  readonly client: BusClient
  readonly sessions: Set<Promise<void>>
}

async function pump(options: PumpOptions, stop: AbortSignal): Promise<void> {
  const { clock, log, settings } = options
  const backoff = createBackoff()
  const closing = new Set<Promise<void>>()
  const stopped = new Promise<'stopped'>((resolve) => {
    if (stop.aborted) resolve('stopped')
    else stop.addEventListener('abort', () => resolve('stopped'), { once: true })
  })
  const connect = (): Connection => ({ client: options.open(options.connectionString), sessions: new Set() })
  let running = 0
  let freed = Promise.withResolvers<void>()
  let connection: Connection | undefined

  function retire({ client, sessions }: Connection): void {
    // Sessions that are held go on over their old connection as long as it carries them.
    const ended = Promise.all(sessions).then(() => closeQuietly(client, clock, log))
    closing.add(ended)
    void ended.then(() => closing.delete(ended))
  }

  function begin(receiver: SessionReceiver, { sessions }: Connection): void {
    running++
    const session = runSession(receiver, options, stop).finally(() => {
      running--
      sessions.delete(session)
      freed.resolve()
    })
    sessions.add(session)
  }

  while (!stop.aborted) {
    if (running >= settings.maxConcurrentSessions) {
      freed = Promise.withResolvers()
      await Promise.race([freed.promise, stopped])
      continue
    }
    const asked = clock.now()
    connection ??= connect()
    const accept = connection.client.acceptNextSession(options.queue, { ...receiverOptions })
    try {
      const outcome = await Promise.race([accept, stopped])
      if (outcome === 'stopped') {
        // The client cannot take the question back; closing the connection below does.
        accept.then((receiver) => closeQuietly(receiver, clock, log)).catch(() => undefined)
        break
      }
      backoff.reset()
      begin(outcome, connection)
    } catch (error) {
      const empty = isNoSession(error)
      if (empty && clock.now() - asked >= promptMs) {
        backoff.reset()
        continue
      }
      const delay = backoff.next()
      if (!empty) {
        log.warn('Connection to the queue failed, trying again', {
          function: options.functionName,
          queue: options.queue,
          delay,
          category: 'host',
          error,
        })
        retire(connection)
        connection = undefined
      }
      await clock.sleep(delay, stop).catch(() => undefined)
    }
  }
  if (connection) retire(connection)
  await Promise.all(closing)
}

/** Takes one message, or one batch, at a time. Never rejects. */
async function runSession(receiver: SessionReceiver, options: PumpOptions, stop: AbortSignal): Promise<void> {
  const { clock, log, settings, batch, functionName, queue } = options
  const done = new AbortController()
  const fields = { function: functionName, queue, session: receiver.sessionId, category: 'host' }
  let workingSince: number | undefined
  void keepLocked({
    clock,
    signal: done.signal,
    until: receiver.sessionLockedUntilUtc.getTime(),
    mayRenew: () => workingSince === undefined || clock.now() - workingSince < settings.maxAutoLockRenewalMs,
    renew: () => receiver.renewSessionLock(),
    onLost: (error) => log.warn('The lock of a session was lost', { ...fields, error }),
  })
  try {
    while (!stop.aborted) {
      const messages = await receiver.receiveMessages(batch ? settings.maxMessageBatchSize : 1, {
        maxWaitTimeInMs: settings.sessionIdleTimeoutMs,
        abortSignal: stop,
      })
      if (messages.length === 0) break
      workingSince = clock.now()
      if (!(await deliver(messages, receiver, options))) break
      workingSince = undefined
    }
  } catch (error) {
    if (!stop.aborted) log.warn('A session ended early', { ...fields, error })
  }
  done.abort()
  await closeQuietly(receiver, clock, log)
}
