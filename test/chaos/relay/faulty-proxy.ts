import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { pause } from '../random.ts'

/** A TCP connection to somewhere else that can be disturbed. */
export interface FaultyProxy {
  readonly port: number
  /** Ends every connection. */
  cut(): void
  /** Takes everything and passes nothing on, without anybody noticing. What was swallowed is gone for good. */
  swallow(on: boolean): void
  /** Passes everything on only after so many milliseconds. */
  delay(ms: number): void
  close(): Promise<void>
}

export async function openFaultyProxy(targetPort: () => number): Promise<FaultyProxy> {
  const open = new Set<Socket>()
  let swallowing = false
  let delayMs = 0

  function pass(from: Socket, to: Socket): void {
    let damaged = false
    /** What was held back goes out first, whatever the delay is by then. */
    let held = 0
    let line = Promise.resolve()
    from.on('data', (bytes) => {
      // A stream with a hole in it is of no use any more: nothing follows.
      damaged ||= swallowing
      if (damaged) return
      if (held === 0 && delayMs === 0) return void to.write(bytes)
      held += 1
      const at = Date.now() + delayMs
      line = line
        .then(() => pause(Math.max(0, at - Date.now())))
        .then(() => {
          held -= 1
          if (!to.destroyed) to.write(bytes)
        })
    })
    const end = () => {
      open.delete(from)
      to.destroy()
    }
    from.on('close', end).on('error', end)
  }

  const server = createServer((inner) => {
    const outer = connect(targetPort(), '127.0.0.1')
    for (const socket of [inner, outer]) {
      socket.setNoDelay(true)
      open.add(socket)
    }
    pass(inner, outer)
    pass(outer, inner)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    swallow(on) {
      swallowing = on
    },
    delay(ms) {
      delayMs = ms
    },
    async close() {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
