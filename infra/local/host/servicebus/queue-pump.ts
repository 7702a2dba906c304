import { createBackoff } from './backoff.ts'
import { type BusClient, type Message, type QueueReceiver, receiverOptions } from './client.ts'
import { closeQuietly } from './closing.ts'
import { deliver, type Pump, type PumpOptions, whileLocked } from './deliver.ts'

/** A link that held this long was a good one: the next failure is a new one and is retried soon. */
const healthyMs = 10_000

/** Feeds a function with the messages of a queue without sessions. Opens a new connection whenever one fails. */
export function startQueuePump(options: PumpOptions): Pump {
  const stop = new AbortController()
  return { stop: () => stop.abort(), stopped: pump(options, stop.signal) }
}

async function pump(options: PumpOptions, stop: AbortSignal): Promise<void> {
  const { clock, log } = options
  const backoff = createBackoff()
  const leftovers = new Set<Promise<void>>()
  while (!stop.aborted) {
    const opened = clock.now()
    const client = options.open(options.connectionString)
    const receiver = client.createReceiver(options.queue, receiverOptions)
    const work = new Set<Promise<void>>()
    const error = await (options.batch ? receiveBatches : receiveSingles)(receiver, work, options, stop)

    // Messages under way still need the connection: while it lives they are settled over it.
    const ended = finish(client, receiver, work, options)
    if (stop.aborted) {
      await ended
      break
    }
    leftovers.add(ended)
    void ended.then(() => leftovers.delete(ended))
    if (clock.now() - opened > healthyMs) backoff.reset()
    const delay = backoff.next()
    log.warn('Connection to the queue failed, trying again', {
      function: options.functionName,
      queue: options.queue,
      delay,
      category: 'host',
      error,
    })
    await clock.sleep(delay, stop).catch(() => undefined)
  }
  await Promise.all(leftovers)
}

async function finish(
  client: BusClient,
  receiver: QueueReceiver,
  work: ReadonlySet<Promise<void>>,
  { clock, log }: PumpOptions,
): Promise<void> {
  await Promise.all(work)
  await closeQuietly(receiver, clock, log)
  await closeQuietly(client, clock, log)
}

/** Resolves with the error of the link, or with undefined when stopped. */
async function receiveSingles(
  receiver: QueueReceiver,
  work: Set<Promise<void>>,
  options: PumpOptions,
  stop: AbortSignal,
): Promise<unknown> {
  const ended = Promise.withResolvers<unknown>()
  const onStop = () => ended.resolve(undefined)
  stop.addEventListener('abort', onStop, { once: true })
  const subscription = receiver.subscribe(
    {
      processMessage: (message) => track(work, handle(receiver, [message], options)),
      async processError({ error, errorSource }) {
        if (errorSource === 'receive') ended.resolve(error)
      },
    },
    { autoCompleteMessages: false, maxConcurrentCalls: options.settings.maxConcurrentCalls },
  )
  const error = await ended.promise
  stop.removeEventListener('abort', onStop)
  await closeQuietly(subscription, options.clock, options.log)
  return error
}

/**
 * One batch at a time, of all that has come meanwhile. The client's own way of receiving several waits a second for more
 * when there is one; the real host hands over what there is.
 */
async function receiveBatches(
  receiver: QueueReceiver,
  work: Set<Promise<void>>,
  options: PumpOptions,
  stop: AbortSignal,
): Promise<unknown> {
  const most = options.settings.maxMessageBatchSize
  const waiting: { readonly message: Message; done(): void }[] = []
  let flushing: Promise<void> | undefined

  async function handleWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, most)
      await track(
        work,
        handle(
          receiver,
          batch.map(({ message }) => message),
          options,
        ),
      )
      for (const { done } of batch) done()
    }
    flushing = undefined
  }

  async function flush(): Promise<void> {
    if (waiting.length > 0) flushing ??= handleWaiting()
    await flushing
  }

  const ended = Promise.withResolvers<unknown>()
  const onStop = () => ended.resolve(undefined)
  stop.addEventListener('abort', onStop, { once: true })
  const subscription = receiver.subscribe(
    {
      processMessage: (message) =>
        new Promise((done) => {
          waiting.push({ message, done })
          // What one turn of the event loop brings goes together.
          if (waiting.length === 1) setImmediate(() => void flush())
        }),
      async processError({ error, errorSource }) {
        if (errorSource === 'receive') ended.resolve(error)
      },
    },
    { autoCompleteMessages: false, maxConcurrentCalls: most },
  )
  const error = await ended.promise
  stop.removeEventListener('abort', onStop)
  await closeQuietly(subscription, options.clock, options.log)
  await flush()
  return error
}

async function handle(
  receiver: QueueReceiver,
  messages: readonly Message[],
  options: PumpOptions,
): Promise<void> {
  await whileLocked(
    messages,
    (message) => receiver.renewMessageLock(message),
    options,
    () => deliver(messages, receiver, options),
  )
}

async function track(work: Set<Promise<void>>, item: Promise<void>): Promise<void> {
  work.add(item)
  await item
  work.delete(item)
}
