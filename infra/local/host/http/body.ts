import type { IncomingMessage } from 'node:http'

/** A request body of which no more than a number of bytes is read. */
export interface LimitedBody {
  chunks(): AsyncGenerator<Uint8Array>
  /** True once more than allowed has been announced or has arrived. */
  readonly tooLarge: boolean
}

/** `chunks()` throws at the limit, and the error of the connection when the client leaves. */
export function limitBody(request: IncomingMessage, maxBytes: number): LimitedBody {
  let tooLarge = Number(request.headers['content-length'] ?? 0) > maxBytes
  return {
    async *chunks() {
      let size = 0
      // Ending early must not destroy the request: its connection is still needed for the answer.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        const bytes: Uint8Array = chunk
        size += bytes.byteLength
        if (size > maxBytes) {
          tooLarge = true
          throw new Error(`The request body is larger than ${maxBytes} bytes.`)
        }
        yield bytes
      }
    },
    get tooLarge() {
      return tooLarge
    },
  }
}
