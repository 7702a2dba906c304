import { describe, expect, it } from 'vitest'
import type { Access, Endpoint, Method } from '../../functions/http/endpoint.ts'
import { httpHandler } from '../../functions/http/handler.ts'
import type { Site } from '../../functions/http/site.ts'
import { accountsSite, PASSWORD, registered, tenantWithAdmin } from '../tenancy/accounts/site.ts'
import { knownCallers, operator, plainSite, tenantWith } from './callers.ts'
import { fakeContext, fakeRequest } from './request.ts'

const SESSION = '0123456789'
const CSRF = `csrf-${SESSION}`
/** Behind a front end, which calls the hub at an address that no browser knows. */
const published: Site = { publicUrl: 'https://steg.example', proxies: 1 }

const cookies = `steg-session-80=${SESSION}; __Host-steg-session=${SESSION}`
/** What the portal's own pages send, at the hub's own address and at its public one. */
const own = { cookie: cookies, 'x-steg-csrf': CSRF, origin: 'http://localhost' }

const changes: readonly Method[] = ['POST', 'PUT', 'PATCH', 'DELETE']
const accesses: readonly [string, Access][] = [
  ['anyone', 'anyone'],
  ['who is signed in', 'signed-in'],
  ['the operator', 'operator'],
  ['a right', { right: 'jobs:write' }],
]
const every = changes.flatMap((method) => accesses.map(([name, access]) => [method, name, access] as const))

/** @returns what was answered, and how often the endpoint did its work. */
async function ask(
  method: Method,
  access: Access,
  sent: Readonly<Record<string, string>>,
  site: Site = plainSite,
): Promise<{ answer: string | number; done: number }> {
  let done = 0
  const definition: Endpoint = {
    id: 'changeThing',
    method,
    path: '/things',
    access,
    tag: 'Things',
    summary: 'A thing',
    success: { status: 204 },
    errors: [],
    async handle() {
      done += 1
      return { body: undefined }
    },
  }
  const callers = knownCallers((by) =>
    by === SESSION || by === 'token-of-a-program'
      ? access === 'operator'
        ? operator
        : tenantWith(['admin'])
      : undefined,
  )
  const handle = httpHandler(definition, callers, site)
  const answer = (await handle(fakeRequest({ method, headers: { ...sent } }), fakeContext())) as {
    status: number
    body?: string
  }
  return { answer: answer.body === undefined ? answer.status : JSON.parse(answer.body).code, done }
}

const refused = { answer: 'foreign-request', done: 0 }
const made = { answer: 204, done: 1 }

describe.each(every)('a change by %s for %s (A9)', (method, _, access) => {
  it.each([
    ['another site', { origin: 'https://elsewhere.example' }],
    ['a page without an origin, such as a sandboxed frame', { origin: 'null' }],
    ['an origin that is none', { origin: 'localhost' }],
    ['the same host with another scheme', { origin: 'https://localhost' }],
    ['the same host with another port', { origin: 'http://localhost:81' }],
    ['a host that begins as ours does', { origin: 'http://localhost.elsewhere.example' }],
    ['a host that ends as ours does', { origin: 'http://elsewhere-localhost' }],
    ['a host below ours', { origin: 'http://elsewhere.localhost' }],
    ['an address with our name before the @', { origin: 'http://localhost@elsewhere.example' }],
    ['an origin with something behind it', { origin: 'http://localhost/' }],
    ['two origins', { origin: 'http://localhost, https://elsewhere.example' }],
    ['a browser that says only how far it comes', { origin: undefined, 'sec-fetch-site': 'cross-site' }],
  ])('is refused from %s', async (_, { origin, ...rest }) => {
    const { origin: __, ...without } = own
    const sent = { ...without, ...rest, ...(origin === undefined ? {} : { origin }) }
    expect(await ask(method, access, sent)).toEqual(refused)
  })

  it('is made from our own pages, and for programs, which send no origin', async () => {
    expect(await ask(method, access, own)).toEqual(made)
    const { origin: _, ...without } = own
    expect(await ask(method, access, without)).toEqual(made)
    expect(await ask(method, access, { ...without, 'sec-fetch-site': 'same-origin' })).toEqual(made)
  })

  it('knows the public address as ours, and only in full', async () => {
    const from = (origin: string) => ask(method, access, { ...own, origin }, published)
    expect(await from('https://steg.example')).toEqual(made)
    for (const origin of [
      'http://steg.example',
      'https://steg.example:8443',
      'https://steg.example.elsewhere.example',
      'https://other.steg.example',
      'https://elsewhere-steg.example',
    ]) {
      expect(await from(origin), origin).toEqual(refused)
    }
  })
})

describe.each(every.filter(([, name]) => name !== 'anyone'))(
  'a change by %s for %s with a session (A9)',
  (method, _, access) => {
    it.each([
      ['none', undefined],
      ['an empty one', ''],
      ["another session's", 'csrf-0123456780'],
      ['the beginning of the right one', CSRF.slice(0, -1)],
      ['the right one and more', `${CSRF}0`],
      ['the right one in capitals', CSRF.toUpperCase()],
      ['the right one twice', `${CSRF}, ${CSRF}`],
      ['the session itself', SESSION],
    ])('is refused when the CSRF token is %s', async (_, token) => {
      const { 'x-steg-csrf': __, ...without } = own
      const sent = token === undefined ? without : { ...without, 'x-steg-csrf': token }
      expect(await ask(method, access, sent)).toEqual(refused)
    })

    it('is not made with the cookie because a token that is sent beside it is wrong', async () => {
      for (const authorization of ['Bearer token-of-nobody', 'Basic token-of-a-program', '']) {
        const sent = { cookie: cookies, origin: 'https://elsewhere.example', authorization }
        expect(await ask(method, access, sent)).toEqual({ answer: 'unauthenticated', done: 0 })
      }
    })
  },
)

describe('a call with a token', () => {
  it.each(every.filter(([, name]) => name === 'the operator' || name === 'a right'))(
    'by %s for %s needs neither, because no browser sends it unasked',
    async (method, _, access) => {
      const sent = { authorization: 'Bearer token-of-a-program', origin: 'https://elsewhere.example' }
      expect(await ask(method, access, sent)).toEqual(made)
    },
  )
})

describe('a look', () => {
  it.each(accesses)('for %s needs neither: other sites cannot read the answer', async (_, access) => {
    const sent = { cookie: cookies, 'sec-fetch-site': 'cross-site' }
    expect(await ask('GET', access, sent)).toEqual(made)
  })
})

describe('the CSRF token of a session', () => {
  it('is its own, stays the same, and tells nothing of the cookie', async () => {
    const site = accountsSite()
    const { email } = await tenantWithAdmin(site)
    await registered(site, email)
    const signIn = async () => {
      const browser = site.browser()
      await browser.ask('POST', '/session', { email, password: PASSWORD })
      const tokenOf = async () => String((await browser.ask('GET', '/session')).body.csrfToken)
      const token = await tokenOf()
      expect(await tokenOf()).toBe(token)
      for (const cookie of browser.jar.values()) expect(cookie).not.toContain(token)
      return { browser, token }
    }
    const [one, other] = [await signIn(), await signIn()]
    expect(one.token).not.toBe(other.token)
    const wrong = await one.browser.ask('DELETE', '/session', undefined, { 'x-steg-csrf': other.token })
    expect(wrong.body.code).toBe('foreign-request')
    const right = await one.browser.ask('DELETE', '/session', undefined, { 'x-steg-csrf': one.token })
    expect(right.status).toBe(204)
    site.close()
  })
})
