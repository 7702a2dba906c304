import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hrNeeds } from '../../functions/hr/rules/needs.ts'
import { httpHandler } from '../../functions/http/handler.ts'
import { everyone, type Principal } from '../../functions/http/principal.ts'
import { guardEndpoints } from '../../functions/licensing/guard.ts'
import { type Role, rightsOf } from '../../functions/tenancy/rules/roles.ts'
import { knownCallers, operator } from '../http/callers.ts'
import { type ComposedHub, composeHub } from '../http/composed-hub.ts'
import { fakeContext, fakeRequest } from '../http/request.ts'

const PERSON = 's000003-00000004'
const off = { active: false }
const nothing = { terminalConnection: off, mobileApp: off, accessControl: off }
const on = { active: true, validUntil: null }

let hub: ComposedHub
let tenant: string
let other: string

beforeAll(async () => {
  hub = await composeHub()
  tenant = (await ask(operator, 'createTenant', { body: { name: 'Muster' } })).body.id
  other = (await ask(operator, 'createTenant', { body: { name: 'Andere' } })).body.id
})
afterAll(() => hub?.close())

function by(kind: 'token' | 'user', tenantId: string, roles: readonly Role[] = ['admin']): Principal {
  const actor = { kind, id: `${kind}0000001`, name: kind }
  return { kind: 'tenant', tenantId, rights: rightsOf(roles), scope: everyone, actor }
}

interface Asked {
  readonly params?: Record<string, string>
  readonly body?: unknown
  readonly language?: string
}

async function ask(principal: Principal, id: string, { params = {}, body, language = 'en' }: Asked = {}) {
  const endpoint = hub.endpoints.find((one) => one.id === id)
  if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
  const handle = httpHandler(
    endpoint,
    knownCallers(() => principal),
    hub.site,
    hub.audit,
  )
  const headers = {
    authorization: 'Bearer 12345678',
    'content-type': 'application/json',
    'accept-language': language,
  }
  const answer = await handle(
    fakeRequest({
      method: endpoint.method,
      params,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
    fakeContext(),
  )
  const { status, body: text } = answer as { status: number; body?: string }
  return { status, body: text === undefined ? undefined : JSON.parse(text) }
}

const license = (tenantId: string, orders: object) =>
  ask(operator, 'setLicence', { params: { tenantId }, body: { ...nothing, ...orders } })

const booking = (id: string) => ({
  items: [{ id, externalToken: '3_4', type: 'come', time: '2026-11-02T08:00:00+01:00' }],
})
const leave = {
  items: [{ id: 'l', externalToken: '3_4', reasonId: 1, from: '2027-01-04', to: '2027-01-08' }],
}

describe('the licence of a tenant (A11)', () => {
  it('is a trial first, which operator and tenant see alike', async () => {
    const { status, body } = await ask(by('user', tenant), 'getLicence')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      kind: 'trial',
      changedAt: null,
      articles: { terminalConnection: { state: 'active' }, mobileApp: {}, accessControl: {} },
    })
    expect((await ask(operator, 'getTenantLicence', { params: { tenantId: tenant } })).body).toEqual(body)
  })

  it('is set by the operator alone, and seen by that tenant alone', async () => {
    for (const principal of [by('user', tenant), by('token', tenant), by('user', other)]) {
      const params = { tenantId: tenant }
      expect((await ask(principal, 'setLicence', { params, body: nothing })).status).toBe(403)
      expect((await ask(principal, 'getTenantLicence', { params })).status).toBe(403)
    }
    const set = await license(tenant, {
      mobileApp: { active: true, validUntil: '2020-01-31' },
      accessControl: on,
    })
    expect(set).toMatchObject({
      status: 200,
      body: {
        kind: 'ordered',
        articles: {
          terminalConnection: { state: 'inactive', validUntil: null },
          mobileApp: { state: 'ended', validUntil: '2020-01-31' },
          accessControl: { state: 'active', validUntil: null },
        },
      },
    })
    expect((await ask(by('user', tenant), 'getLicence')).body).toEqual(set.body)
    expect((await ask(by('user', other), 'getLicence')).body.kind).toBe('trial')
    expect((await ask(by('user', tenant, ['team']), 'getLicence')).status).toBe(403)
  })

  it('is recorded for the tenant, with what was set', async () => {
    await license(tenant, { mobileApp: { active: true, validUntil: '2027-01-31' } })
    const { body } = await ask(by('user', tenant), 'listAudit')
    expect(body.items[0]).toMatchObject({ action: 'setLicence', outcome: 'done' })
    expect(JSON.stringify(body.items[0])).toContain('active until 2027-01-31')
  })

  it.each([
    ['a tenant that does not exist', 'tenant00000', nothing, 404],
    ['no day', '', { ...nothing, mobileApp: { active: true, validUntil: '2027-02-30' } }, 400],
    ['a missing article', '', { mobileApp: on }, 400],
    ['an unknown article', '', { ...nothing, telephony: on }, 400],
  ])('is not set for %s', async (_, tenantId, body, status) => {
    const params = { tenantId: tenantId || tenant }
    expect((await ask(operator, 'setLicence', { params, body })).status).toBe(status)
  })
})

describe('without an active article', () => {
  it.each([
    ['createBookings', { terminalConnection: on }, { token: 200, user: 403 }],
    ['createBookings', { mobileApp: on }, { token: 200, user: 200 }],
    ['createBookings', { accessControl: on }, { token: 403, user: 403 }],
    ['requestAbsences', { terminalConnection: on }, { token: 200, user: 403 }],
    ['requestAbsences', { mobileApp: on }, { token: 200, user: 200 }],
    ['requestAbsences', { accessControl: on }, { token: 403, user: 403 }],
    // There are no people in this hub: what is let through does not find the person.
    ['editPerson', { terminalConnection: on }, { token: 404, user: 404 }],
    ['editPerson', { accessControl: on }, { token: 404, user: 404 }],
    ['editPerson', { mobileApp: on }, { token: 403, user: 403 }],
  ] as const)('%s with %j: %j', async (id, orders, expected) => {
    await license(tenant, orders)
    const asked = {
      createBookings: { body: booking('b') },
      requestAbsences: { body: leave },
      editPerson: { params: { id: PERSON }, body: { identMedia: ['A1'] } },
    }[id]
    for (const kind of ['token', 'user'] as const) {
      const { status, body } = await ask(by(kind, tenant), id, asked)
      expect(status, `${kind}: ${JSON.stringify(body)}`).toBe(expected[kind])
      if (status === 403) expect(body.code).toBe('article-inactive')
    }
  })

  it('the answer says what is missing and who can change it, in the language of the caller', async () => {
    await license(tenant, {})
    const answer = (language: string) =>
      ask(by('token', tenant), 'createBookings', { body: booking('x'), language })
    expect((await answer('de')).body.detail).toMatch(/„Terminalanbindung“ oder „Mobile App“.*Betreiber/)
    expect((await answer('en')).body.detail).toMatch(/"Terminal connection" or "Mobile app".*operator/)
  })

  it('keeps what was accepted, refuses what is new as a whole, and lets all else go on', async () => {
    await license(tenant, { mobileApp: on })
    expect((await ask(by('token', tenant), 'createBookings', { body: booking('kept') })).status).toBe(200)
    await license(tenant, {})
    expect((await ask(by('token', tenant), 'createBookings', { body: booking('late') })).status).toBe(403)
    const { items } = (await ask(by('token', tenant), 'listBookings')).body
    const ids = items.map(({ id }: { id: string }) => id)
    expect(ids).toContain('kept')
    expect(ids).not.toContain('late')
    const edits = [{ locked: true }, { identMedia: [] }]
    for (const body of edits) {
      expect((await ask(by('user', tenant), 'editPerson', { params: { id: PERSON }, body })).status).toBe(404)
    }
    // Another tenant is not concerned.
    expect((await ask(by('user', other), 'createBookings', { body: booking('other') })).status).toBe(200)
    await license(tenant, { terminalConnection: on })
    expect((await ask(by('token', tenant), 'createBookings', { body: booking('late') })).status).toBe(200)
  })

  it('is looked at by those endpoints alone: jobs, reading and tidying up never ask', () => {
    const asking = { hasOneOf: async () => false }
    const again = guardEndpoints(hub.endpoints, hrNeeds, asking)
    const changed = again.filter((endpoint, index) => endpoint !== hub.endpoints[index])
    expect(changed.map(({ id }) => id).sort()).toEqual(['createBookings', 'editPerson', 'requestAbsences'])
    expect(() => guardEndpoints(hub.endpoints.slice(0, 3), hrNeeds, asking)).toThrow('No endpoint')
  })
})
