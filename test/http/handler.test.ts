import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Endpoint, endpoint } from '../../functions/http/endpoint.ts'
import { httpHandler } from '../../functions/http/handler.ts'
import { PageQuery } from '../../functions/http/paging.ts'
import { MAX_JSON_BYTES } from '../../functions/http/request.ts'
import { StegError } from '../../shared/errors/error.ts'
import { knownCallers, operator, plainSite, tenantWith } from './callers.ts'
import { fakeContext, fakeRequest } from './request.ts'

const callers = knownCallers((sent) =>
  sent === 'tenant-token' ? tenantWith(['admin']) : sent === 'operator-token' ? operator : undefined,
)

const thing = (over: Partial<Endpoint> = {}): Endpoint => ({
  ...endpoint({
    id: 'putThing',
    method: 'PUT',
    path: '/things/{id}',
    access: { right: 'variables:write' },
    tag: 'Things',
    summary: 'A thing',
    params: z.object({ id: z.string().max(3) }),
    query: PageQuery,
    body: z.strictObject({ name: z.string().min(2), size: z.int().optional() }),
    success: { status: 200, schema: z.object({ tenant: z.string(), name: z.string(), match: z.string() }) },
    errors: [],
    handle: async ({ tenantId, body, ifMatch, query, params }) => ({
      body: { tenant: tenantId, name: `${params.id} ${body.name} ${query.limit}`, match: ifMatch ?? 'any' },
      etag: 'W/"1"',
    }),
  }),
  ...over,
})

async function ask(options: Parameters<typeof fakeRequest>[0] = {}, definition = thing()) {
  const context = fakeContext()
  const response = await httpHandler(
    definition,
    callers,
    plainSite,
  )(
    fakeRequest({
      method: 'PUT',
      path: '/things/abc',
      params: { id: 'abc' },
      body: '{"name":"xy"}',
      ...options,
      headers: {
        authorization: 'Bearer tenant-token',
        'content-type': 'application/json',
        ...options.headers,
      },
    }),
    context,
  )
  const { status, headers, body } = response as {
    status: number
    headers: Record<string, string>
    body?: string
  }
  return { status, headers, body: body === undefined ? undefined : JSON.parse(body), errors: context.errors }
}

describe('an endpoint', () => {
  it('gets everything validated and answers with an ETag that comes back', async () => {
    const first = await ask({ path: '/things/abc?limit=7' })
    expect(first).toMatchObject({ status: 200, body: { tenant: 't1', name: 'abc xy 7', match: 'any' } })
    const etag = first.headers.ETag ?? ''
    expect(etag).toMatch(/^"[A-Za-z0-9_-]+"$/)
    expect((await ask({ headers: { 'if-match': etag } })).body.match).toBe('W/"1"')
    expect((await ask({ headers: { 'if-match': '*' } })).body.match).toBe('any')
  })

  it.each([
    ['no token', { headers: { authorization: '' } }, 401, 'unauthenticated'],
    ['a scheme other than Bearer', { headers: { authorization: 'Basic dGVuYW50' } }, 401, 'unauthenticated'],
    ['an unknown token', { headers: { authorization: 'Bearer something' } }, 401, 'unauthenticated'],
    ["the operator's token", { headers: { authorization: 'Bearer operator-token' } }, 403, 'forbidden'],
    ['an id of a form that no id has', { params: { id: 'abcd' } }, 404, 'not-found'],
    ['a limit of zero', { path: '/x?limit=0' }, 400, 'invalid-request'],
    ['a limit over the most', { path: '/x?limit=501' }, 400, 'invalid-request'],
    ['a limit that is no number', { path: '/x?limit=x' }, 400, 'invalid-request'],
    ['an empty limit', { path: '/x?limit=' }, 400, 'invalid-request'],
    ['a limit in hexadecimal', { path: '/x?limit=0x10' }, 400, 'invalid-request'],
    ['a limit with an exponent', { path: '/x?limit=1e2' }, 400, 'invalid-request'],
    ['a limit with a fraction', { path: '/x?limit=1.0' }, 400, 'invalid-request'],
    ['a query parameter that comes twice', { path: '/x?cursor=a&cursor=b' }, 400, 'invalid-request'],
    ['a field too many', { body: '{"name":"xy","extra":1}' }, 400, 'invalid-request'],
    ['a field of the wrong type', { body: '{"name":5}' }, 400, 'invalid-request'],
    ['a list instead of an object', { body: '[]' }, 400, 'invalid-request'],
    ['no JSON', { body: '{name:' }, 400, 'malformed-json'],
    ['an empty body', { body: '' }, 400, 'malformed-json'],
    ['bytes that are no UTF-8', { body: new Uint8Array([34, 0xff, 34]) }, 400, 'malformed-json'],
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported-media-type'],
    [
      'a form',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported-media-type',
    ],
    ['a body over the limit', { body: `"${'x'.repeat(MAX_JSON_BYTES)}"` }, 413, 'body-too-large'],
    ['a weak or foreign ETag', { headers: { 'if-match': 'W/"abc"' } }, 400, 'invalid-request'],
  ] as const)('refuses %s', async (_, change, status, code) => {
    const answer = await ask(change)
    expect(answer.body).toMatchObject({ status, code })
    expect(answer.status).toBe(status)
    expect(answer.headers['Content-Type']).toContain('application/problem+json')
    expect(answer.body.detail).toMatch(/\w/)
  })

  it('names every field that is wrong', async () => {
    const { body } = await ask({ body: '{"size":1.5}' })
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['name', 'size'])
  })

  it('speaks German when asked', async () => {
    const german = await ask({ body: '[]', headers: { 'accept-language': 'fr;q=0.5, de-AT, en;q=0.3' } })
    expect(german.body.title).toBe('Ungültige Anfrage')
    expect(german.headers['Content-Language']).toBe('de')
    expect(german.body.errors).toEqual([
      { path: 'body', message: expect.stringMatching(/^Ungültige Eingabe/) },
    ])
    const etag = await ask({ headers: { 'accept-language': 'de', 'if-match': 'x' } })
    expect(etag.body.detail).toContain('If-Match: muss')
    const english = await ask({ body: '[]', headers: { 'accept-language': 'fr' } })
    expect(english.body.title).toBe('Invalid request')
    expect(english.body.errors).toEqual([{ path: 'body', message: expect.stringMatching(/^Invalid input/) }])
  })

  it('turns a lost race into 412 when the caller named a version', async () => {
    const lost = thing({
      handle: async () => {
        throw new StegError('store-conflict', { key: 'k' })
      },
    })
    expect((await ask({ headers: { 'if-match': '"YQ"' } }, lost)).body).toMatchObject({
      status: 412,
      code: 'precondition-failed',
    })
    expect((await ask({}, lost)).body).toMatchObject({ code: 'store-conflict' })
  })

  it('shows a reference for a fault of ours, logs it, and nothing of it leaks', async () => {
    const broken = thing({
      handle: async () => {
        throw new Error('password=secret at /srv/x.ts')
      },
    })
    const answer = await ask({}, broken)
    expect(answer.body).toMatchObject({ status: 500, code: 'internal-error' })
    expect(answer.body.detail).toContain('ref-1')
    expect(JSON.stringify(answer.body)).not.toMatch(/secret|x\.ts/)
    expect(answer.errors).toHaveLength(1)
  })
})
