import net from 'node:net'
import { onTestFinished } from 'vitest'

export type Direction = 'in' | 'out' | 'both'

export interface BreakableWay {
  readonly port: number
  /** Connections taken so far. */
  opened(): number
  /** Connections that are open. */
  open(): number
  cut(): void
  /**
   * No byte gets through and no socket closes: towards the agent (`in`), from it (`out`), or either. For the connections
   * of now; later ones work.
   */
  silence(direction?: Direction): void
  /** The broker's ends of the connections of now are gone, and the agent's stay open as if nothing had been. */
  halfOpen(): void
}

/** A way to the broker whose connections can be cut, or fall silent. */
export async function breakableWay(port: number): Promise<BreakableWay> {
  const pairs = new Set<readonly [near: net.Socket, far: net.Socket]>()
  let opened = 0
  const server = net.createServer((near) => {
    opened += 1
    const far = net.connect(port, '127.0.0.1')
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (bytes) => to.write(bytes))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        pairs.delete(pair)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }
  onTestFinished(() => {
    cut()
    server.close()
  })
  return {
    port: (server.address() as net.AddressInfo).port,
    opened: () => opened,
    open: () => pairs.size,
    cut,
    silence(direction = 'both') {
      for (const [near, far] of pairs) {
        if (direction !== 'in') near.removeAllListeners('data').resume()
        if (direction !== 'out') far.removeAllListeners('data').resume()
      }
    },
    halfOpen() {
      for (const [near, far] of pairs) {
        near.removeAllListeners('data').resume()
        far.removeAllListeners('close').destroy()
      }
    },
  }
}
