/** Pieces from here on go out as they are: joining them would cost more than another write. Bytes. */
const LARGE = 16 * 1024

/**
 * AMQP writes frame by frame. What is written until it is sent goes out in one piece, in its order.
 * @param plan when to send: `queueMicrotask` for what is written together, `setImmediate` for all that one turn of the
 * event loop brings, which is less work for many calls at once
 */
export function gatherWrites(
  send: (bytes: Uint8Array) => void,
  plan: (flush: () => void) => unknown,
): {
  write(bytes: Uint8Array): void
  flush(): void
} {
  let pieces: Uint8Array[] = []
  let planned = false

  function sendJoined(small: readonly Uint8Array[]): void {
    const [first] = small
    if (first !== undefined) send(small.length === 1 ? first : Buffer.concat(small))
  }

  function flush(): void {
    planned = false
    let small: Uint8Array[] = []
    const due = pieces
    pieces = []
    for (const piece of due) {
      if (piece.length < LARGE) {
        small.push(piece)
        continue
      }
      sendJoined(small)
      small = []
      send(piece)
    }
    sendJoined(small)
  }

  return {
    write(bytes) {
      pieces.push(bytes)
      if (planned) return
      planned = true
      plan(flush)
    },
    flush,
  }
}

/**
 * For `generateMask` of a WebSocket that ends on this machine. Masks keep proxies from reading requests into what passes
 * them (RFC 6455, 10.3); on loopback there is none, and masking and unmasking takes a tenth of the time that bodies take.
 */
export function noMask(mask: Buffer): void {
  mask.fill(0)
}

/** As much of a WebSocket of the package `ws` as is needed here. */
interface Underlying {
  readonly url: string
  readonly readyState: number
  readonly OPEN: number
  binaryType: string
  onopen: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  on(event: 'message', handler: (data: Buffer) => void): unknown
  send(bytes: Uint8Array, options: { binary: true }): void
  close(): void
}

/**
 * A WebSocket for the Service Bus client. To one that has a `binaryType`, as all others have, its AMQP library gives each
 * message in a copy of a copy, and it copies what is sent; it writes each frame on its own, too.
 */
export class AmqpSocket {
  readonly #socket: Underlying
  readonly #out: ReturnType<typeof gatherWrites>

  constructor(socket: Underlying) {
    this.#socket = socket
    socket.binaryType = 'nodebuffer'
    this.#out = gatherWrites((bytes) => socket.send(bytes, { binary: true }), setImmediate)
  }

  get url(): string {
    return this.#socket.url
  }

  set onopen(handler: ((event: never) => void) | null) {
    this.#socket.onopen = handler
  }

  set onclose(handler: ((event: never) => void) | null) {
    this.#socket.onclose = handler
  }

  // rhea calls it itself when a write fails.
  get onerror(): ((event: never) => void) | null {
    return this.#socket.onerror
  }

  set onerror(handler: ((event: never) => void) | null) {
    this.#socket.onerror = handler
  }

  set onmessage(handler: (event: { readonly data: Buffer }) => void) {
    this.#socket.on('message', (data) => handler({ data }))
  }

  send(bytes: Uint8Array): void {
    // One that is not open says itself what is wrong, at once.
    if (this.#socket.readyState === this.#socket.OPEN) this.#out.write(bytes)
    else this.#socket.send(bytes, { binary: true })
  }

  close(): void {
    this.#out.flush()
    this.#socket.close()
  }
}
