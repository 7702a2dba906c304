import type http from 'node:http'
import type { SecureContext } from 'node:tls'
import { proxyFor, proxyLabel } from './proxies.ts'
import { Tunnel } from './tunnel.ts'

/** The options of Node's HTTP client, and of WebSockets, for one connection. */
export interface ConnectOptions {
  readonly agent?: http.Agent
  readonly secureContext?: SecureContext
}

/** What is in use, for people. */
export interface NetworkView {
  /** Without name and password; null when connections are straight. */
  readonly proxy: string | null
  /** Further authorities that are trusted. */
  readonly ca: readonly string[]
}

/** How the agent reaches hub and broker: through a proxy or straight, and whom it trusts. */
export interface Outbound {
  /** What is opened for the connection ends with the signal. @throws StegError `proxy-invalid` */
  connectOptions(url: URL, signal: AbortSignal): ConnectOptions
  /** @throws StegError `proxy-invalid` */
  view(url: URL): NetworkView
}

export function createOutbound(parts: {
  /** Use the proxy also for this machine itself. */
  readonly proxyLoopback: boolean
  readonly trust: SecureContext | undefined
  /** The names of those whom `trust` adds. */
  readonly trusted: readonly string[]
}): Outbound {
  const secure = parts.trust === undefined ? {} : { secureContext: parts.trust }
  return {
    connectOptions(url, signal) {
      const proxy = proxyFor(url, parts.proxyLoopback)
      return proxy === undefined ? secure : { ...secure, agent: new Tunnel(proxy, { signal, ...secure }) }
    },
    view(url) {
      const proxy = proxyFor(url, parts.proxyLoopback)
      return { proxy: proxy === undefined ? null : proxyLabel(proxy), ca: parts.trusted }
    },
  }
}

/** No proxy and nothing trusted but what Node trusts, whatever the environment says. */
export const straight: Outbound = { connectOptions: () => ({}), view: () => ({ proxy: null, ca: [] }) }
