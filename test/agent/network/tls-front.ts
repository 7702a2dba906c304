import net from 'node:net'
import tls from 'node:tls'
import { onTestFinished } from 'vitest'
import { testAuthority } from '../test-authority.ts'

/** TLS in front of a server on loopback. Resolves with the port. */
export async function tlsFront(
  port: number,
  certificate: keyof typeof testAuthority.issued = 'valid',
): Promise<number> {
  const sockets = new Set<net.Socket>()
  const server = tls.createServer(
    { key: testAuthority.key, cert: testAuthority.issued[certificate] },
    (near) => {
      const far = net.connect(port, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from)
        from.pipe(to)
        from.on('error', () => to.destroy())
        from.on('close', () => to.destroy())
      }
    },
  )
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as net.AddressInfo).port
}
