/** What one message of many may weigh together: Service Bus takes 256 KiB, properties and envelope included. Bytes. */
const MOST_BYTES = 160 * 1024
/** A sender's own figures for one message beside its body: properties and annotations, with room to spare. Bytes. */
const BESIDE_BODY_BYTES = 2 * 1024

interface Sendable {
  readonly body: Uint8Array
  readonly sessionId?: string | undefined
}

interface Waiting<T> {
  readonly message: T
  resolve(): void
  reject(error: unknown): void
}

type Batch<T> = [T, ...T[]]

/**
 * Sends what comes within one turn of the event loop together, as far as it fits: the client's work for a transfer and the
 * way to the broker and back are then shared. A batch keeps its order, but batches of one turn may overtake each other:
 * who needs an order waits for the first. Each sender hears what became of its own batch. The messages of a batch have
 * one session, as the broker of Azure may demand.
 * @param asSent a message as the client takes it
 * @param send one message, or several; all of them are accepted or none
 */
export function gatherSends<T extends Sendable, Sent>(
  asSent: (message: T) => Sent,
  send: (messages: Sent | Sent[]) => Promise<void>,
): (message: T) => Promise<void> {
  let waiting: Waiting<T>[] = []

  function flush(): void {
    const due = waiting
    waiting = []
    for (const batch of batchesOf(due)) {
      const messages = batch.map(({ message }) => asSent(message))
      // The client spends more on a batch of one.
      send(messages.length === 1 ? (messages[0] as Sent) : messages).then(
        () => {
          for (const { resolve } of batch) resolve()
        },
        (error) => {
          for (const { reject } of batch) reject(error)
        },
      )
    }
  }

  return (message) =>
    new Promise((resolve, reject) => {
      waiting.push({ message, resolve, reject })
      if (waiting.length === 1) setImmediate(flush)
    })
}

function batchesOf<T extends Sendable>(due: readonly Waiting<T>[]): Batch<Waiting<T>>[] {
  const batches: Batch<Waiting<T>>[] = []
  let bytes = 0
  for (const one of due) {
    const batch = batches.at(-1)
    const size = one.message.body.length + BESIDE_BODY_BYTES
    const fits = bytes + size <= MOST_BYTES
    if (batch !== undefined && fits && batch[0].message.sessionId === one.message.sessionId) {
      batch.push(one)
      bytes += size
    } else {
      batches.push([one])
      bytes = size
    }
  }
  return batches
}
