import net from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { connectHub } from '../../../agent/connection/hub.ts'
import { createHubClock } from '../../../agent/connection/hub-clock.ts'
import { serviceBusLines } from '../../../agent/connection/service-bus-line.ts'
import { exchange } from '../../../agent/http/exchange.ts'
import { createOutbound, type Outbound } from '../../../agent/network/outbound.ts'
import { trustAlso } from '../../../agent/network/trust.ts'
import { systemClock } from '../../../shared/clock.ts'
import { describeError, type StegError } from '../../../shared/errors/error.ts'
import { silentLogger } from '../../../shared/log.ts'
import { fakeHub } from '../fake-hub.ts'
import { someHeartbeats } from '../session.ts'
import { testAuthority } from '../test-authority.ts'
import { startProxy } from './proxy-server.ts'
import { tlsFront } from './tls-front.ts'

const trusting = () =>
  createOutbound({ proxyLoopback: true, trust: trustAlso([testAuthority.cert], undefined), trusted: [] })
const unknowing = () => createOutbound({ proxyLoopback: true, trust: undefined, trusted: [] })

beforeEach(() => {
  for (const name of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY'])
    vi.stubEnv(name, '')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

/** What comes of a connection to the hub, and of one to the broker. */
async function failures(host: string, port: number, outbound: Outbound): Promise<StegError[]> {
  const hub = connectHub({
    url: `https://${host}:${port}`,
    hubClock: createHubClock(systemClock),
    localNow: Date.now,
    language: 'en',
    outbound,
  })
  const openLine = serviceBusLines({ log: silentLogger, outbound, now: Date.now })
  const grant = (queue: string) => ({ queue, sas: 'SharedAccessSignature sr=x' })
  const session = {
    wire: 2,
    agentId: 'a',
    broker: { host, port, tls: true },
    requests: grant('requests'),
    replies: grant('replies'),
    heartbeats: { ...grant('heartbeats'), ...someHeartbeats },
    events: grant('events'),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    serverTime: new Date().toISOString(),
  }
  const attempts = [
    hub.openSession(async () => ({ assertion: 'x'.repeat(40) })),
    openLine(session, async () => undefined, new AbortController().signal),
  ]
  const results = await Promise.allSettled<unknown>(attempts)
  return results.map((result) => {
    if (result.status === 'fulfilled') throw new Error('it got through')
    return result.reason
  })
}

async function closedPort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('what stands between agent and hub or broker', () => {
  it.each([
    ['valid', 'certificate-untrusted', false],
    ['expired', 'certificate-expired', true],
    ['notYetValid', 'certificate-not-yet-valid', true],
    ['otherHost', 'certificate-wrong-host', true],
  ] as const)('a certificate that is %s: %s', async (certificate, code, trusts) => {
    const hub = await fakeHub()
    const port = await tlsFront(Number(new URL(hub.url).port), certificate)
    const both = await failures('127.0.0.1', port, trusts ? trusting() : unknowing())
    expect(both.map((error) => error.code)).toEqual([code, code])
    expect(both[0]?.params.host).toBe(`127.0.0.1:${port}`)
    expect(hub.asked).toEqual([])
  })

  it('a proxy that is not there', async () => {
    vi.stubEnv('https_proxy', `http://user:geheim@127.0.0.1:${await closedPort()}`)
    const both = await failures('hub.steg.test', 443, trusting())
    expect(both.map(({ code }) => code)).toEqual(['proxy-unreachable', 'proxy-unreachable'])
    expect(both[0]?.params).toMatchObject({ reason: 'connection refused' })
  })

  it('a proxy that refuses', async () => {
    const proxy = await startProxy({ refuse: true })
    vi.stubEnv('https_proxy', `http://127.0.0.1:${proxy.port}`)
    const both = await failures('hub.steg.test', 443, trusting())
    expect(both.map(({ code }) => code)).toEqual(['proxy-refused', 'proxy-refused'])
    expect(both[0]?.params).toMatchObject({ status: 403, host: 'hub.steg.test' })
  })

  it.each(['', 'user:wrong@'])('a proxy that wants to be signed in to with more than "%s"', async (user) => {
    const proxy = await startProxy({ user: 'user', password: 'right' })
    vi.stubEnv('https_proxy', `http://${user}127.0.0.1:${proxy.port}`)
    const both = await failures('hub.steg.test', 443, trusting())
    expect(both.map(({ code }) => code)).toEqual(['proxy-sign-in', 'proxy-sign-in'])
    expect(both[0]?.params).toMatchObject({ methods: 'Basic' })
    for (const error of both) {
      for (const language of ['en', 'de'] as const)
        expect(describeError(error, language)).not.toContain('wrong')
    }
  })

  it('a proxy whose own certificate is not trusted', async () => {
    const proxy = await startProxy({ tls: true })
    vi.stubEnv('https_proxy', `https://localhost:${proxy.port}`)
    const both = await failures('hub.steg.test', 443, unknowing())
    expect(both.map(({ code }) => code)).toEqual(['certificate-untrusted', 'certificate-untrusted'])
    expect(both[0]?.params.host).toBe(`localhost:${proxy.port}`)
  })

  it('an address that is none', async () => {
    vi.stubEnv('https_proxy', 'socks5://127.0.0.1:1080')
    const both = await failures('hub.steg.test', 443, trusting())
    expect(both.map(({ code }) => code)).toEqual(['proxy-invalid', 'proxy-invalid'])
  })

  it('inside the tunnel only the certificate of the wanted server counts', async () => {
    const proxy = await startProxy()
    const hub = await fakeHub()
    vi.stubEnv('https_proxy', `http://localhost:${proxy.port}`)
    const wrong = await tlsFront(Number(new URL(hub.url).port), 'otherHost')
    const both = await failures('127.0.0.1', wrong, trusting())
    expect(both.map(({ code }) => code)).toEqual(['certificate-wrong-host', 'certificate-wrong-host'])
    const right = await tlsFront(Number(new URL(hub.url).port))
    const url = new URL(`https://127.0.0.1:${right}/`)
    const { signal } = new AbortController()
    const options = { method: 'GET', url, headers: {}, maxBytes: 1000, signal }
    const answer = await exchange({ ...options, ...trusting().connectOptions(url, signal) })
    expect(answer.status).toBe(500)
  })

  it.each(['http', 'https'])(
    'nothing is kept open towards an %s proxy that never answers',
    async (scheme) => {
      const sockets = new Set<net.Socket>()
      const accepted = Promise.withResolvers<void>()
      const proxy = net.createServer((socket) => {
        sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => sockets.delete(socket))
        socket.resume()
        accepted.resolve()
      })
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void proxy.close())
      vi.stubEnv('https_proxy', `${scheme}://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`)
      const url = new URL('https://hub.steg.test/')
      const stop = new AbortController()
      const options = { method: 'GET', url, headers: {}, maxBytes: 1000, signal: stop.signal }
      const answer = exchange({ ...options, ...trusting().connectOptions(url, stop.signal) })
      const failed = expect(answer).rejects.toMatchObject({ fault: 'aborted' })
      await accepted.promise
      stop.abort()
      await failed
      await expect.poll(() => sockets.size).toBe(0)
    },
  )
})
