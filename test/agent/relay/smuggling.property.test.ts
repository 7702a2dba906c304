import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTargetHttp } from '../../../agent/relay/target-http.ts'
import { isStegError } from '../../../shared/errors/error.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: readonly [string, string][]
  readonly body: string
}

/** A server that only records; Node's own parser is the judge of what one request is. */
async function recorder(): Promise<{ base: URL; seen: Seen[] }> {
  const seen: Seen[] = []
  const server = http.createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const raw = request.rawHeaders
    const headers = raw.flatMap((name, index): [string, string][] =>
      index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : [],
    )
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers,
      body: Buffer.concat(pieces).toString('latin1'),
    })
    response.end('ok')
  })
  // What could not be read as a request counts as one that should not have been sent.
  server.on('clientError', (_error, socket) => {
    seen.push({ method: 'broken', url: '', headers: [], body: '' })
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { base: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hr/api`), seen }
}

const bait = 'POST /admin HTTP/1.1\r\nHost: evil\r\n\r\n'
const names = fc.oneof(
  fc.constantFrom(
    ...['transfer-encoding', 'Transfer-Encoding', 'content-length', 'Content-Length', 'connection', 'host'],
    ...['Host', 'te', 'upgrade', 'trailer', 'expect', 'keep-alive', 'proxy-connection', 'x-a', 'cookie'],
    ...['accept', 'x a', 'x\r\nevil: 1', 'x:', '', 'x\u0000', ' x', 'content-length ', '__proto__'],
  ),
  fc.string({ maxLength: 6, unit: 'binary' }),
)
const values = fc.oneof(
  fc.constantFrom(
    ...['chunked', 'identity', '0', '5', '+5', '100-continue', 'close', 'x-a', 'websocket', 'evil.example'],
    ...['a\r\nevil: 1', 'a\n b', 'a\r b', 'a\u0000b', `\r\n\r\n${bait}`, '\u010d\u010a', 'ä', ''],
  ),
  fc.string({ maxLength: 8, unit: 'binary' }),
)
const paths = fc
  .array(
    fc.constantFrom(
      ...['a', '/', '..', '.', '%2e', '%2f', '%5c', '\\', '%252f', '%c0%af', '//', 'http://evil/', '@evil'],
      ...['?', '#', ' HTTP/1.1\r\n', '\r\n', '%0d%0a', '\u0000', 'é', ';', ':80', '\uff0f'],
    ),
    { maxLength: 6 },
  )
  .map((pieces) => `/${pieces.join('')}`)
const bodies = fc.oneof(
  fc.constant<string | undefined>(undefined),
  fc.constantFrom('x', '0\r\n\r\n', bait, `0\r\n\r\n${bait}`),
)

/** Fields that the agent or Node may add by itself, and that describe this connection truly. */
const framing = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding'])

describe('what reaches a target', () => {
  it('is one request below the base address with the framing of its body, whatever the hub asks for', async () => {
    const { base, seen } = await recorder()
    const targets = createTargetHttp()
    onTestFinished(() => targets.close())
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PROPFIND' as const),
        paths,
        fc.array(fc.tuple(names, values), { maxLength: 4 }),
        bodies,
        fc.constantFrom('whole', 'sized', 'chunked'),
        fc.constantFrom('once', 'repeatable' as const),
        async (method, path, headers, text, form, idempotency) => {
          seen.length = 0
          const bytes = Buffer.from(text ?? '', 'latin1')
          const stream = () => Readable.from([bytes], { objectMode: false })
          const body =
            text === undefined || form === 'whole'
              ? bytes
              : { stream: stream(), size: form === 'sized' ? bytes.length : null }
          const head = { method: method as 'GET', path, headers, idempotency: idempotency as 'once' }
          const done = await targets
            .open(base, head, body, new AbortController().signal, 1000)
            .then((opened) => opened.whole())
            .then(
              () => 'answered',
              (error) => error,
            )
          if (done !== 'answered') {
            expect(isStegError(done, 'request-refused'), String(done)).toBe(true)
            expect(seen).toEqual([])
            return
          }
          expect(seen).toHaveLength(1)
          const [request] = seen
          if (request === undefined) return
          expect([request.method, request.body]).toEqual([method, bytes.toString('latin1')])
          const arrived = new URL(request.url, base)
          expect(arrived.origin).toBe(base.origin)
          expect(arrived.pathname.startsWith('/hr/api/')).toBe(true)
          const values = (name: string) => request.headers.filter(([key]) => key === name).map(([, v]) => v)
          expect(values('host')).toEqual([base.host])
          expect(values('content-length').length + values('transfer-encoding').length).toBeLessThanOrEqual(1)
          for (const name of [
            'te',
            'upgrade',
            'trailer',
            'expect',
            'evil',
            'keep-alive',
            'proxy-connection',
          ]) {
            if (name !== 'keep-alive') expect(values(name)).toEqual([])
          }
          const asked = new Set(headers.map(([name]) => name.toLowerCase()))
          for (const [name] of request.headers) {
            expect(framing.has(name) || name === 'keep-alive' || asked.has(name), name).toBe(true)
          }
        },
      ),
      { numRuns: 600 },
    )
  })
})
