import type { LookupFunction } from 'node:net'
import { type HttpServerOptions, RequestError, Server } from 'proxy-chain'
import { onTestFinished } from 'vitest'
import { testAuthority } from '../test-authority.ts'

export interface TestProxy {
  readonly port: number
  /** Where it was asked to connect to, as host:port. */
  readonly asked: string[]
  /** Connections let through so far. */
  tunnels(): number
  close(): Promise<void>
}

/** Names below steg.test lead to this machine, for the proxy alone. */
const lookup = ((_host: string, options: { all?: boolean }, found: (...result: unknown[]) => void) =>
  options.all
    ? found(null, [{ address: '127.0.0.1', family: 4 }])
    : found(null, '127.0.0.1', 4)) as LookupFunction

/** A forward proxy on loopback. */
export async function startProxy(
  options: { user?: string; password?: string; refuse?: boolean; tls?: boolean; port?: number } = {},
): Promise<TestProxy> {
  const asked: string[] = []
  let tunnels = 0
  const settings: HttpServerOptions = {
    host: '127.0.0.1',
    port: options.port ?? 0,
    prepareRequestFunction({ hostname, port, username, password }) {
      asked.push(`${hostname}:${port}`)
      if (options.refuse) throw new RequestError('Not allowed.', 403)
      if (username !== (options.user ?? '') || password !== (options.password ?? '')) {
        return { requestAuthentication: true }
      }
      tunnels += 1
      return { dnsLookup: lookup as never }
    },
  }
  const server = options.tls
    ? new Server({
        ...settings,
        serverType: 'https',
        httpsOptions: { key: testAuthority.key, cert: testAuthority.issued.valid },
      })
    : new Server(settings)
  await server.listen()
  const close = () => server.close(true)
  onTestFinished(close)
  return { port: server.port, asked, tunnels: () => tunnels, close }
}
