import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../functions/http/endpoint.ts'
import { createPortalFiles } from '../../functions/portal/files.ts'
import { portalPages } from '../../functions/portal/pages.ts'
import { fakeContext, fakeRequest } from '../http/request.ts'

const PAGE = `<!doctype html>${' '.repeat(500)}`
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'steg-portal-'))
  mkdirSync(join(folder, 'portal/assets'), { recursive: true })
  const write = (name: string, content: string | Uint8Array) =>
    writeFileSync(join(folder, 'portal', name), content)
  write('index.html', PAGE)
  write('index.html.br', brotliCompressSync(PAGE))
  write('index.html.gz', gzipSync(PAGE))
  write('assets/page-1234.js', 'export {}')
  write('.built-from', 'secret')
  writeFileSync(join(folder, 'outside.js'), 'secret')
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Answer {
  status: number
  headers: Record<string, string>
  body?: Uint8Array | string
}

async function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; params?: Record<string, string> } = {},
  id = 'zPortalOrNothing',
): Promise<Answer> {
  const pages = portalPages({
    files: createPortalFiles(join(folder, 'portal')),
    endpoints: [{ method: 'GET', path: '/people' }] as Endpoint[],
    ofProducts: ['people', 'bookings'],
  })
  const page = pages.find((one) => one.id === id)
  return (await page?.handler(fakeRequest({ path, ...options }), fakeContext())) as Answer
}

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('the page of the portal', () => {
  it.each(['/', '/connectors', '/jobs/SysSageSync/runs/1', '/invitation/abc', '/sign-in?to=%2F'])(
    'is at %s',
    async (path) => {
      const { status, headers, body } = await ask(path)
      expect({ status, type: headers['Content-Type'] }).toEqual({
        status: 200,
        type: 'text/html; charset=utf-8',
      })
      expect(Buffer.from(body as Uint8Array).toString()).toBe(PAGE)
    },
  )

  it.each([
    [
      'an address that it does not have, for a browser',
      '/nowhere',
      browser,
      'GET',
      404,
      'text/html; charset=utf-8',
    ],
    ['the same for a program', '/nowhere', {}, 'GET', 404, 'application/problem+json; charset=utf-8'],
    [
      'the API, for a browser as well',
      '/api/v1/nothing',
      browser,
      'GET',
      404,
      'application/problem+json; charset=utf-8',
    ],
    [
      'a wrong method of the API',
      '/api/v1/people',
      browser,
      'POST',
      405,
      'application/problem+json; charset=utf-8',
    ],
    ['a change', '/connectors', browser, 'POST', 404, 'application/problem+json; charset=utf-8'],
  ] as const)('is not the answer for %s', async (_, path, headers, method, status, type) => {
    const answer = await ask(path, { headers, method })
    expect([answer.status, answer.headers['Content-Type']]).toEqual([status, type])
  })

  it.each([
    ['br', 'gzip, deflate, br', brotliDecompressSync],
    ['gzip', 'gzip;q=1, br;q=0', gunzipSync],
  ] as const)('comes compressed with %s when the client takes %s', async (encoding, accepted, open) => {
    const { headers, body } = await ask('/', { headers: { 'accept-encoding': accepted } })
    expect(headers['Content-Encoding']).toBe(encoding)
    expect(headers.Vary).toBe('Accept-Encoding')
    expect(headers['Content-Length']).toBe(`${(body as Uint8Array).byteLength}`)
    expect(open(body as Uint8Array).toString()).toBe(PAGE)
  })

  it('is not sent again to who has it, and is another one in another encoding', async () => {
    const first = await ask('/', { headers: { 'accept-encoding': 'br' } })
    const tag = first.headers.ETag ?? ''
    const known = { 'accept-encoding': 'br', 'if-none-match': `"x", W/${tag}` }
    const second = await ask('/', { headers: known })
    expect([second.status, second.body]).toEqual([304, undefined])
    expect((await ask('/', { headers: { 'if-none-match': tag } })).status).toBe(200)
  })

  it('answers HEAD with everything but the body', async () => {
    const { status, headers, body } = await ask('/', { method: 'HEAD' })
    expect([status, headers['Content-Length'], body]).toEqual([200, `${PAGE.length}`, undefined])
  })

  it('allows no inline script or style, no frame and no guessing of types', async () => {
    const { headers } = await ask('/')
    const policy = headers['Content-Security-Policy'] ?? ''
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(headers).toMatchObject({
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Cache-Control': 'no-cache',
    })
  })

  it('says what to do when it has not been built', async () => {
    const pages = portalPages({
      files: createPortalFiles(join(folder, 'nothing')),
      endpoints: [],
      ofProducts: [],
    })
    const answer = (await pages.at(-1)?.handler(fakeRequest({ path: '/' }), fakeContext())) as Answer
    expect(answer.status).toBe(503)
    expect(answer.body).toContain('npm run build')
  })
})

describe('a file of the portal', () => {
  it('may be kept for ever, because another content has another name', async () => {
    const { status, headers } = await ask(
      '/assets/page-1234.js',
      { params: { name: 'page-1234.js' } },
      'portalFile',
    )
    expect([status, headers['Content-Type']]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(headers['Cache-Control']).toBe('public, max-age=31536000, immutable')
  })

  it.each([
    '../index.html',
    '../../outside.js',
    '..\\..\\outside.js',
    '../.built-from',
    'nothing.js',
    'page-1234.js.gz',
  ])('is not %s', async (name) => {
    expect((await ask(`/assets/x`, { params: { name } }, 'portalFile')).status).toBe(404)
  })
})
