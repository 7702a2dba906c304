import type http from 'node:http'
import tls from 'node:tls'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { connectionReason } from '../http/reason.ts'
import { proxyLabel } from './proxies.ts'

type Connect = InstanceType<typeof HttpsProxyAgent>['connect']

/** Why a proxy did not let a connection through. */
export class ProxyFault extends Error {
  readonly proxy: URL
  /** What it answered; `undefined` when it did not. */
  readonly status: number | undefined
  /** The ways of signing in that it offers. */
  readonly methods: readonly string[]

  constructor(
    proxy: URL,
    reason: string,
    options: { cause?: unknown; status?: number | undefined; methods?: readonly string[] } = {},
  ) {
    super(`proxy ${proxyLabel(proxy)}: ${reason}`, { cause: options.cause })
    this.name = 'ProxyFault'
    this.proxy = proxy
    this.status = options.status
    this.methods = options.methods ?? []
  }
}

/**
 * A tunnel through a proxy for one connection, plain HTTP as well: the proxy sees host and port, nothing else. All that
 * it opens ends with the signal; a proxy that never answers would otherwise keep the socket for ever.
 */
export class Tunnel extends HttpsProxyAgent<string> {
  constructor(proxy: URL, options: { signal: AbortSignal; secureContext?: tls.SecureContext | undefined }) {
    const { signal, secureContext } = options
    const toProxy: tls.ConnectionOptions & { signal: AbortSignal } = {
      signal,
      ...(secureContext === undefined ? {} : { secureContext }),
    }
    super(proxy, toProxy as never)
  }

  /** A proxy's refusal would otherwise look like the answer of the server behind it. */
  override async connect(...[request, options]: Parameters<Connect>): ReturnType<Connect> {
    let refusal: ProxyFault | undefined
    request.once('proxyConnect', (answer: { statusCode: number; headers: http.IncomingHttpHeaders }) => {
      if (answer.statusCode !== 200) refusal = this.#refusalOf(answer)
    })
    const socket = await super.connect(request, withRealHost(options)).catch((error: unknown) => {
      throw new ProxyFault(this.proxy, connectionReason(error), { cause: error })
    })
    if (refusal === undefined) return socket
    socket.destroy()
    throw refusal
  }

  #refusalOf({ statusCode, headers }: { statusCode: number; headers: http.IncomingHttpHeaders }): ProxyFault {
    const offered = [headers['proxy-authenticate'] ?? []].flat()
    return new ProxyFault(this.proxy, `status ${statusCode}`, {
      status: statusCode,
      methods: offered.map((challenge) => challenge.split(/[\s,]/)[0] ?? ''),
    })
  }
}

/** Inside the tunnel the certificate must be the server's, also when the server is named by its IP address. */
function withRealHost(options: Parameters<Connect>[1]): Parameters<Connect>[1] {
  const host = options.host ?? ''
  const checkServerIdentity: typeof tls.checkServerIdentity = (_name, certificate) =>
    tls.checkServerIdentity(host, certificate)
  return { ...options, checkServerIdentity } as Parameters<Connect>[1]
}
