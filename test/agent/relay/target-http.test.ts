import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createTargetHttp } from '../../../agent/relay/target-http.ts'
import { MAX_BODY_BYTES } from '../../../shared/wire/frame.ts'
import { selfSigned } from '../self-signed.ts'
import { targetServer } from '../target-server.ts'

type Head = Parameters<ReturnType<typeof createTargetHttp>['call']>[1]

const nothing = new Uint8Array(0)
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

function client() {
  const targets = createTargetHttp()
  onTestFinished(() => targets.close())
  return (url: string, head: Partial<Head> = {}, body = nothing, signal = new AbortController().signal) =>
    targets.call(
      new URL(url),
      { method: 'GET', path: '/x', headers: [], idempotency: 'repeatable', ...head },
      body,
      signal,
    )
}

/** A server that answers every connection with the given bytes. */
async function rawServer(onData: (socket: net.Socket, count: number) => void): Promise<string> {
  let count = 0
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => onData(socket, ++count))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('calls to a target', () => {
  it('passes method, path, header fields and body, and returns status, header fields and bytes', async () => {
    const bytes = Buffer.from([0, 255, 10, 13])
    const server = await targetServer((_request, response) => {
      response.writeHead(
        201,
        [
          ['Content-Type', 'application/octet-stream'],
          ['Set-Cookie', 'a=1; Path=/'],
          ['Set-Cookie', 'b=2'],
        ].flat(),
      )
      response.end(bytes)
    })
    const answer = await client()(
      `${server.url}/base`,
      {
        method: 'POST',
        path: '/p?q=1',
        headers: [
          ['x-a', '1'],
          ['cookie', 's=1'],
        ],
        idempotency: 'once',
      },
      Buffer.from('{"a":1}'),
    )
    expect(server.seen).toMatchObject([{ method: 'POST', url: '/base/p?q=1', body: '{"a":1}' }])
    expect(server.seen[0]?.headers).toMatchObject({
      'x-a': '1',
      cookie: 's=1',
      'content-length': '7',
      'accept-encoding': 'identity',
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.filter(([name]) => name === 'set-cookie')).toEqual([
      ['set-cookie', 'a=1; Path=/'],
      ['set-cookie', 'b=2'],
    ])
    expect(answer.headers.map(([name]) => name)).not.toContain('connection')
    expect(Buffer.from(answer.body)).toEqual(bytes)
  })

  it.each([301, 302, 307, 404, 500])('returns status %i as it is and follows no redirect', async (status) => {
    const server = await targetServer((_request, response) =>
      response.writeHead(status, { location: 'http://evil.example/' }).end('<html>'),
    )
    const answer = await client()(server.url)
    expect(answer.status).toBe(status)
    expect(answer.headers).toContainEqual(['location', 'http://evil.example/'])
    expect(text(answer.body)).toBe('<html>')
    expect(server.seen).toHaveLength(1)
  })

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('undoes %s that nobody asked for', async (coding, compress) => {
    const server = await targetServer((_request, response) =>
      response
        .writeHead(200, { 'content-encoding': coding, 'content-type': 'text/plain' })
        .end(compress('hello')),
    )
    const answer = await client()(server.url)
    expect(text(answer.body)).toBe('hello')
    expect(answer.headers.map(([name]) => name)).not.toContain('content-encoding')
    expect(answer.headers.map(([name]) => name)).not.toContain('content-length')
  })

  it('undoes two codings, the last one first', async () => {
    const server = await targetServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'deflate, gzip' }).end(gzipSync(deflateSync('hello'))),
    )
    expect(text((await client()(server.url)).body)).toBe('hello')
  })

  it('leaves an unknown coding to the hub', async () => {
    const server = await targetServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'x-own' }).end('abc'),
    )
    const answer = await client()(server.url)
    expect(answer.headers).toContainEqual(['content-encoding', 'x-own'])
    expect(text(answer.body)).toBe('abc')
  })

  it('answers HEAD without a body', async () => {
    const server = await targetServer((_request, response) =>
      response
        .writeHead(200, { 'content-length': String(MAX_BODY_BYTES * 2), 'content-encoding': 'gzip' })
        .end(),
    )
    const answer = await client()(server.url, { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(answer.body).toHaveLength(0)
  })

  it('uses one connection for repeatable calls and a new one for each other call', async () => {
    const server = await targetServer((_request, response) => response.end('ok'))
    const call = client()
    await call(server.url)
    await call(server.url)
    expect(server.connections()).toBe(1)
    await call(server.url, { method: 'POST', idempotency: 'once' })
    await call(server.url, { method: 'POST', idempotency: 'once' })
    expect(server.connections()).toBe(3)
  })

  it('sends a repeatable call again when the kept connection had been closed', async () => {
    const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
    const server = await rawServer((socket, count) => (count === 2 ? socket.destroy() : socket.write(ok)))
    const call = client()
    expect((await call(server)).status).toBe(200)
    expect((await call(server)).status).toBe(200)
  })
})

describe('what a target can do wrong', () => {
  it('refuses connections', async () => {
    const free = await rawServer(() => undefined)
    const closed = new URL(free)
    closed.port = '1'
    await expect(client()(closed.href, { path: '/a?secret=1' })).rejects.toMatchObject({
      code: 'target-unreachable',
      params: { url: 'http://127.0.0.1:1/a', reason: 'connection refused' },
    })
  })

  it('has no name', async () => {
    await expect(client()('http://no-such-host.invalid')).rejects.toMatchObject({
      code: 'target-unreachable',
      params: { reason: expect.stringMatching(/^host name (unknown|cannot be resolved)/) },
    })
  })

  it('shows a certificate that nobody vouches for, or no TLS at all', async () => {
    const server = https.createServer(selfSigned, (_request, response) => response.end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    await expect(
      client()(`https://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ).rejects.toMatchObject({
      code: 'target-unreachable',
      params: { reason: 'certificate not trusted: it is self-signed' },
    })
    const plain = await targetServer((_request, response) => response.end())
    await expect(client()(plain.url.replace('http:', 'https:'))).rejects.toMatchObject({
      code: 'target-unreachable',
      params: { reason: 'the server does not speak TLS on this port' },
    })
  })

  it.each([
    ['less than announced', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'],
    ['no last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n'],
    ['half a header', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['nothing', ''],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['a status beyond HTTP', 'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
  ])('breaks off: %s', async (_case, bytes) => {
    const server = await rawServer((socket) => socket.end(bytes))
    for (const idempotency of ['repeatable', 'once'] as const) {
      await expect(client()(server, { idempotency })).rejects.toMatchObject({
        code: 'response-broken',
        params: { url: `${server}/x` },
      })
    }
  })

  it('takes an answer that ends with the connection as whole', async () => {
    const server = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nabc'))
    expect(text((await client()(server)).body)).toBe('abc')
  })

  it.each([
    ['cut', (whole: Buffer) => whole.subarray(0, whole.length - 5)],
    [
      'damaged',
      (whole: Buffer) => Buffer.concat([whole.subarray(0, 12), Buffer.alloc(8), whole.subarray(20)]),
    ],
  ])('sends compressed data that is %s', async (_case, spoil) => {
    const server = await targetServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(spoil(gzipSync('hello '.repeat(100)))),
    )
    await expect(client()(server.url)).rejects.toMatchObject({ code: 'response-broken' })
  })

  it('announces more than is allowed', async () => {
    const length = MAX_BODY_BYTES + 1
    const server = await rawServer((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`),
    )
    await expect(client()(server)).rejects.toMatchObject({
      code: 'call-too-large',
      params: { direction: 'response', size: length, limit: MAX_BODY_BYTES },
    })
  })

  it('sends more than is allowed without an end', async () => {
    const server = await targetServer((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024)
      const more = () => {
        while (response.write(chunk));
        response.once('drain', more)
      }
      more()
    })
    await expect(client()(server.url)).rejects.toMatchObject({ code: 'call-too-large' })
  })

  it('sends little that unfolds into much', async () => {
    const bomb = gzipSync(Buffer.alloc(MAX_BODY_BYTES + 1))
    const server = await targetServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    )
    await expect(client()(server.url)).rejects.toMatchObject({ code: 'call-too-large' })
  })

  it('does not answer: the connection is closed with the signal, whose reason is thrown', async () => {
    let closed = false
    const server = await targetServer((request, response) => {
      request.socket.on('close', () => {
        closed = true
      })
      response.writeHead(200).write('half')
    })
    const limit = new AbortController()
    const call = client()(server.url, {}, nothing, limit.signal)
    await vi.waitFor(() => expect(server.seen).toHaveLength(1))
    const reason = new Error('late')
    limit.abort(reason)
    await expect(call).rejects.toBe(reason)
    await vi.waitFor(() => expect(closed).toBe(true))
  })

  it('gets no request whose path or header fields are refused', async () => {
    const server = await targetServer((_request, response) => response.end())
    await expect(client()(server.url, { path: '/../x' })).rejects.toMatchObject({ code: 'request-refused' })
    await expect(client()(server.url, { headers: [['host', 'x']] })).rejects.toMatchObject({
      code: 'request-refused',
    })
    expect(server.seen).toHaveLength(0)
  })
})
