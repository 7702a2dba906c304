import { getProxyForUrl } from 'proxy-from-env'
import { StegError } from '../../shared/errors/error.ts'
import { isLoopback } from '../relay/rules/address.ts'

/** An HTTP proxy (RFC 9110, 9.3.6) as an administrator writes it; without a scheme it is spoken to in clear. */
export function parseProxy(text: string): URL | undefined {
  const whole = text.includes('://') ? text : `http://${text}`
  if (!URL.canParse(whole)) return undefined
  const url = new URL(whole)
  const known = url.protocol === 'http:' || url.protocol === 'https:'
  return known && url.hostname !== '' && url.pathname === '/' ? url : undefined
}

/** A proxy's address for people: whether it takes a user, but neither name nor password. */
export function proxyLabel(proxy: URL): string {
  return `${proxy.protocol}//${proxy.username === '' ? '' : '***@'}${proxy.host}`
}

/**
 * The agent's own setting takes the place of the environment's for this process, so that the same rules of the one
 * library decide in both cases; exceptions (`NO_PROXY`) stay as they are.
 */
export function preferSetting(proxy: string | undefined, environment: NodeJS.ProcessEnv): void {
  if (proxy === undefined) return
  environment.https_proxy = proxy
  environment.http_proxy = proxy
}

/**
 * The proxy that leads to an address. This machine itself is reached straight, whatever the environment says, unless
 * that was asked for.
 * @throws StegError `proxy-invalid`
 */
export function proxyFor(url: URL, viaLoopback: boolean): URL | undefined {
  if (isLoopback(url) && !viaLoopback) return undefined
  // The broker's WebSocket goes the way of HTTPS: nobody sets WSS_PROXY.
  const address = new URL(url.href.replace(/^ws(s?):/, 'http$1:'))
  const found = getProxyForUrl(address.href)
  if (found === '') return undefined
  const proxy = parseProxy(found)
  if (proxy === undefined) throw new StegError('proxy-invalid', {})
  return proxy
}
