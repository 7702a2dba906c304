import { expect, it } from 'vitest'
import { z } from 'zod'
import { statusOf } from './raw-http.ts'
import type { createRecordingLog } from './recording-log.ts'

export const described = z.object({
  function: z.string(),
  invocationId: z.uuid(),
  traceParent: z.string(),
  retry: z.null(),
  method: z.string(),
  url: z.string(),
  params: z.record(z.string(), z.string()),
  query: z.array(z.tuple([z.string(), z.string()])),
  user: z.null(),
  header: z.string().nullable(),
  body: z.string().nullable(),
})

export async function describedBy(response: Promise<Response>): Promise<z.infer<typeof described>> {
  return described.parse(await (await response).json())
}

/** What holds whether the app streams bodies or not. */
export function itServesHttp(url: () => string, log: ReturnType<typeof createRecordingLog>): void {
  it.each([
    ['/items/recent', 'items-recent', {}],
    ['/ITEMS/Recent', 'items-recent', {}],
    ['/items/7', 'items-number', { id: '7' }],
    ['/items/x', 'items-one', { id: 'x' }],
    ['/items/x/', 'items-one', { id: 'x' }],
    ['/items/a%20b%C3%A4', 'items-one', { id: 'a bä' }],
    ['/items/a%2Fb', 'items-one', { id: 'a%2Fb' }],
    ['/echo', 'echo', {}],
    ['/echo/1', 'echo', { id: '1' }],
    ['/items/x/y', 'everything', { path: 'items/x/y' }],
    ['/', 'everything', {}],
  ])('answers %s with the most specific function', async (path, name, params) => {
    const answer = await describedBy(fetch(url() + path))
    expect(answer).toMatchObject({ function: name, params, url: url() + path, method: 'GET' })
  })

  it.each([
    ['DELETE', '/items/1', 200],
    ['DELETE', '/items/recent', 200],
    ['DELETE', '/echo', 404],
    ['POST', '/nowhere', 404],
    ['HEAD', '/echo', 200],
    ['HEAD', '/items/1', 404],
    ['OPTIONS', '/echo', 200],
    ['OPTIONS', '/items/1', 404],
  ])('%s %s gets %d', async (method, path, status) => {
    const response = await fetch(url() + path, { method })
    expect(response.status).toBe(status)
    const text = await response.text()
    if (method === 'HEAD' || status === 404) expect(text).toBe('')
  })

  it.each([
    ['OPTIONS * HTTP/1.1', 400],
    ['GET /items/%00 HTTP/1.1', 400],
    ['GET http://elsewhere/items/1?x=1 HTTP/1.1', 200],
    ['GET /nowhere/../items/1 HTTP/1.1', 200],
  ])('answers "%s" with %d', async (head, status) => {
    expect(await statusOf(url(), head)).toBe(status)
  })

  it('hands over method, headers and body', async () => {
    const answer = await describedBy(
      fetch(`${url()}/echo/1`, { method: 'PUT', body: 'grüße', headers: { 'x-test': 'yes' } }),
    )
    expect(answer).toMatchObject({ method: 'PUT', body: 'grüße', header: 'yes', params: { id: '1' } })
  })

  it('passes a trace through and begins one where there is none', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    expect((await describedBy(fetch(`${url()}/echo`, { headers: { traceparent } }))).traceParent).toBe(
      traceparent,
    )
    const own = await describedBy(fetch(`${url()}/echo`, { headers: { traceparent: 'rubbish' } }))
    expect(own.traceParent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  })

  it('does not believe a sign-in that the client claims', async () => {
    const principal = Buffer.from('{"identityProvider":"x","userId":"admin"}').toString('base64')
    const answer = await describedBy(
      fetch(`${url()}/echo`, { headers: { 'x-ms-client-principal': principal } }),
    )
    expect(answer.user).toBeNull()
  })

  it('sends status, headers, cookies and JSON', async () => {
    const response = await fetch(`${url()}/created`)
    expect(response.status).toBe(201)
    expect(response.headers.get('x-one')).toBe('1')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.getSetCookie()).toEqual([
      'a=1%202; Path=/; HttpOnly; SameSite=Strict',
      'b=x; Max-Age=60; Secure',
    ])
    expect(await response.json()).toEqual({ ok: true })
  })

  it('answers 204 to a function without result', async () => {
    expect((await fetch(`${url()}/nothing`)).status).toBe(204)
  })

  it.each(['/throws', '/no-object', '/registers-late'])(
    'answers 500 without detail when %s fails',
    async (path) => {
      const response = await fetch(url() + path)
      expect(response.status).toBe(500)
      expect(await response.text()).toBe('')
      expect(log.lines).toContainEqual(
        expect.objectContaining({
          level: 'error',
          message: 'Failed',
          fields: expect.objectContaining({ function: path.slice(1), error: expect.any(Error) }),
        }),
      )
    },
  )

  it('forwards what the function logs with its invocation id', async () => {
    const invocationId = await (await fetch(`${url()}/logs`)).text()
    const fields = { function: 'logs', invocationId, category: 'user' }
    expect(log.lines).toContainEqual({ level: 'info', message: 'a line with { data: 1 }', fields })
    expect(log.lines).toContainEqual({ level: 'warn', message: 'a warning', fields })
  })

  it('runs the hooks around an invocation', async () => {
    const response = await fetch(`${url()}/hooked`)
    expect(await response.json()).toEqual({ result: 'wrapped inner', began: 'pre', started: ['appStart'] })
  })

  it('serves on after a body that the function did not read', async () => {
    const body = 'x'.repeat(200_000)
    for (let count = 0; count < 3; count++) {
      const response = await fetch(`${url()}/unread`, { method: 'POST', body })
      expect(await response.text()).toBe('not read')
    }
  })

  it('refuses bodies over the limit, announced or not', async () => {
    const size = (length: number) => fetch(`${url()}/size`, { method: 'POST', body: 'x'.repeat(length) })
    expect(await (await size(1_000_000)).text()).toBe('1000000')
    expect((await size(1_000_001)).status).toBe(413)
    const chunked = `POST /size HTTP/1.1\r\nTransfer-Encoding: chunked`
    const part = `7a120\r\n${'x'.repeat(500_000)}\r\n`
    expect(await statusOf(url(), chunked, `${part}${part}0\r\n\r\n`)).toBe(200)
    expect(await statusOf(url(), chunked, `${part}${part}1\r\nx\r\n0\r\n\r\n`)).toBe(413)
  })

  it('gives up on a client that does not finish the head of its request', async () => {
    expect(await statusOf(url(), 'GET /hello HTTP/1.1\r\nX-Slow: yes', '')).toBe(200)
    const { openSocket } = await import('./raw-http.ts')
    const socket = openSocket(url())
    socket.write('GET /hello HTTP/1.1\r\nHost: x\r\n')
    await new Promise((resolve) => socket.once('close', resolve))
    expect(socket.received).toMatch(/^HTTP\/1\.1 408 /)
  })
}

/** Small enough for tests to reach. */
export const testLimits = { maxBodyBytes: 1_000_000, headersTimeoutMs: 400, requestTimeoutMs: 20_000 }
