import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import { compose } from '../../functions/compose.ts'
import type { Endpoint } from '../../functions/http/endpoint.ts'
import { httpHandler } from '../../functions/http/handler.ts'
import { errorCodesOf } from '../../functions/http/openapi.ts'
import type { Principal } from '../../functions/http/principal.ts'
import { roles } from '../../functions/tenancy/rules/roles.ts'
import { catalogue } from '../../shared/errors/error.ts'
import { silentLogger } from '../../shared/log.ts'
import { knownCallers, operator, plainSite, tenantWith } from './callers.ts'
import { type ComposedHub, composeHub, hubSettings } from './composed-hub.ts'
import { fakeContext, fakeRequest } from './request.ts'

let hub: ComposedHub
let document: {
  openapi: string
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>
}

beforeAll(async () => {
  hub = await composeHub()
  const page = hub.pages.find(({ id }) => id === 'openapi')
  const answer = (await page?.handler(fakeRequest({}), fakeContext())) as { body: string }
  document = JSON.parse(answer.body)
})

describe('OpenAPI description (F6)', () => {
  it('is valid in the eyes of somebody else', async () => {
    const result = await new Validator().validate(document)
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
    expect(document.openapi).toBe('3.1.0')
  })

  it('has every endpoint once, with a summary and every status it can answer with', () => {
    const described = Object.values(document.paths).flatMap((methods) => Object.values(methods))
    expect(described.map(({ operationId }) => operationId).sort()).toEqual(
      hub.endpoints.map(({ id }) => id).sort(),
    )
    for (const endpoint of hub.endpoints) {
      const operation = described.find(({ operationId }) => operationId === endpoint.id)
      const statuses = new Set(errorCodesOf(endpoint).map((code) => String(catalogue[code].status)))
      statuses.add(String(endpoint.success.status))
      expect(new Set(Object.keys(operation?.responses ?? {}))).toEqual(statuses)
      expect(endpoint.summary).toMatch(/^[A-Z"]/)
    }
  })

  it('shows no code that the catalogue does not have', () => {
    for (const endpoint of hub.endpoints)
      for (const code of endpoint.errors) expect(catalogue).toHaveProperty(code)
  })
})

describe('what comes from outside', () => {
  const found = (id: string) => {
    const endpoint = hub.endpoints.find((one) => one.id === id)
    if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
    return endpoint
  }

  it.each(['getAgent', 'revokeAgent', 'revokeAccessToken', 'getJob', 'getRun', 'getPerson'])(
    'is no id for %s when the store could not have such a key',
    (id) => {
      for (const wrong of ['a#b', 'a\t', 'a/b', 'a\\b', 'a?b', '\ud800', '']) {
        const parsed = found(id).params?.safeParse({ token: wrong, id: wrong })
        expect(parsed?.success, JSON.stringify(wrong)).toBe(false)
      }
    },
  )

  it.each([
    ['createTenant', (text: string) => ({ name: text })],
    ['editJob', (text: string) => ({ warningMessage: text })],
    ['createGroup', (text: string) => ({ name: text })],
    ['createApiToken', (text: string) => ({ name: text, roles: ['team'] })],
    ['editPerson', (text: string) => ({ identMedia: [text] })],
  ] as const)('is no text for %s when nobody could read it', (id, bodyOf) => {
    const { body } = found(id)
    expect(body?.safeParse(bodyOf('Jörg Müller')).success).toBe(true)
    for (const wrong of ['a\u0000b', 'a\nb', 'a\ud800', '\udc00']) {
      expect(body?.safeParse(bodyOf(wrong)).success, JSON.stringify(wrong)).toBe(false)
    }
  })

  it('is described as a number where only digits are taken', () => {
    const operation = document.paths['/api/v1/people']?.get as unknown as {
      parameters: { name: string; schema: object }[]
    }
    const limit = operation.parameters.find(({ name }) => name === 'limit')
    expect(limit?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 500, default: 100 })
    expect(limit?.schema).not.toHaveProperty('pattern')
  })
})

describe('every endpoint with every role (A9)', () => {
  type Sent = 'bearer' | 'cookie'
  const wayOf: Record<Sent, Record<string, string>> = {
    bearer: { authorization: 'Bearer 0123456789' },
    cookie: { cookie: 'steg-session-80=0123456789', 'x-steg-csrf': 'csrf-0123456789' },
  }

  /** What an allowed caller would do next does not matter here, and must not happen. */
  async function answerTo(endpoint: Endpoint, principal: Principal | undefined, headers: object) {
    const emptied = {
      ...endpoint,
      params: undefined,
      query: undefined,
      body: undefined,
      handle: async () => ({ body: {} }),
    }
    const handle = httpHandler(
      emptied as never,
      knownCallers(() => principal),
      plainSite,
    )
    const request = fakeRequest({ method: endpoint.method, headers: { ...headers } })
    return (await handle(request, fakeContext())) as { status: number; body?: string }
  }

  const statusOf = async (...asked: Parameters<typeof answerTo>) => (await answerTo(...asked)).status

  /** Refused as a stranger's request, and not for want of a right. */
  async function expectForeign(endpoint: Endpoint, principal: Principal | undefined, headers: object) {
    const { status, body } = await answerTo(endpoint, principal, headers)
    const answer = `${endpoint.id} ${JSON.stringify(headers)}: ${status} ${JSON.parse(body ?? '{}').code}`
    expect(answer).toMatch(/: 403 foreign-request$/)
  }

  const guarded = () => hub.endpoints.filter(({ access }) => access !== 'anyone')

  function mayCall({ access }: Endpoint, principal: Principal, sent: Sent): boolean {
    if (access === 'signed-in') return sent === 'cookie'
    if (access === 'operator') return principal.kind === 'operator'
    return typeof access === 'object' && principal.kind === 'tenant' && principal.rights.has(access.right)
  }

  const principals: readonly [string, Principal][] = [
    ['operator', operator],
    ...roles.map((role): [string, Principal] => [role, tenantWith([role], 'nobody00')]),
  ]
  it.each(
    principals.flatMap(([name, one]) => [[name, 'bearer', one] as const, [name, 'cookie', one] as const]),
  )('%s by %s', async (_, sent, principal) => {
    for (const endpoint of guarded()) {
      const expected = mayCall(endpoint, principal, sent) ? endpoint.success.status : 403
      const status = await statusOf(endpoint, principal, wayOf[sent])
      expect(`${endpoint.id}: ${status}`).toBe(`${endpoint.id}: ${expected}`)
    }
  })

  it.each(principals)(
    '%s by cookie changes nothing without its CSRF token or from another site',
    async (_, one) => {
      const { cookie } = wayOf.cookie
      for (const endpoint of guarded().filter(({ method }) => method !== 'GET')) {
        for (const wrong of [
          { cookie },
          { cookie, 'x-steg-csrf': '' },
          { cookie, 'x-steg-csrf': 'csrf-0123456780' },
          { ...wayOf.cookie, origin: 'https://elsewhere.example' },
          { ...wayOf.cookie, origin: 'null' },
          { ...wayOf.cookie, origin: 'https://localhost' },
          { ...wayOf.cookie, 'sec-fetch-site': 'cross-site' },
        ]) {
          await expectForeign(endpoint, one, wrong)
        }
        const own = await statusOf(endpoint, one, { ...wayOf.cookie, origin: 'http://localhost' })
        expect(own).toBe(mayCall(endpoint, one, 'cookie') ? endpoint.success.status : 403)
      }
    },
  )

  it('nobody is signed in, or does anything else without being asked who they are, from another site', async () => {
    const open = hub.endpoints.filter(({ access, method }) => access === 'anyone' && method !== 'GET')
    expect(open.map(({ id }) => id)).toContain('signIn')
    for (const endpoint of open) {
      await expectForeign(endpoint, undefined, { origin: 'https://elsewhere.example' })
      await expectForeign(endpoint, undefined, { 'sec-fetch-site': 'cross-site' })
      expect(await statusOf(endpoint, undefined, { origin: 'http://localhost' })).toBe(
        endpoint.success.status,
      )
    }
  })

  it('nobody gets anywhere, with a cookie of another name, port or prefix neither', async () => {
    for (const endpoint of guarded()) {
      for (const headers of [
        {},
        { authorization: 'Basic 0123456789' },
        { authorization: '', ...wayOf.cookie },
        { cookie: 'steg-session-81=0123456789' },
        { cookie: '__Host-steg-session=0123456789' },
        { cookie: 'steg-session-80=' },
      ]) {
        const status = await statusOf(endpoint, tenantWith(['admin']), {
          'x-steg-csrf': 'csrf-0123456789',
          ...headers,
        })
        expect(`${endpoint.id} ${JSON.stringify(headers)}: ${status}`).toMatch(/: 401$/)
      }
      for (const way of Object.values(wayOf)) expect(await statusOf(endpoint, undefined, way)).toBe(401)
    }
  })
})

describe('settings', () => {
  it('that are missing or wrong are all named, without their values', async () => {
    const wrong = {
      ...hubSettings(),
      STEG_BUS: 'secret-connection',
      STEG_MASTER_KEY: 'secret-key',
      STEG_STORE: undefined,
    }
    const failure = await compose(wrong, silentLogger).catch((error: Error) => error.message)
    expect(failure).toMatch(/STEG_STORE/)
    expect(failure).toMatch(/STEG_BUS/)
    expect(failure).toMatch(/STEG_MASTER_KEY/)
    expect(failure).not.toContain('secret-')
  })
})

describe('tables', () => {
  it('of the composition are those that the code defines', async () => {
    const { readFileSync, globSync } = await import('node:fs')
    const { products } = await import('../../functions/compose/products.ts')
    const { tablesOf } = await import('../../functions/compose/tables.ts')
    const defined = globSync('functions/**/rows.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/name: '(\w+)',\s*schema/g)].map(([, name]) => name),
    )
    expect([...new Set(defined)].sort()).toEqual([...tablesOf(products)].sort())
  })
})
