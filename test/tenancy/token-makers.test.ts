import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { everyone } from '../../functions/http/principal.ts'
import { rightsOf } from '../../functions/tenancy/rules/roles.ts'
import {
  accountsSite,
  linkIn,
  OPERATOR_TOKEN,
  registered,
  type Site,
  tenantWithAdmin,
} from './accounts/site.ts'

let site: Site
let tenant: Awaited<ReturnType<typeof tenantWithAdmin>>
/** Stays. */
let boss: Awaited<ReturnType<typeof registered>>
/** Makes tokens, and does not. */
let eve: Awaited<ReturnType<typeof registered>>
let eveId: string
beforeEach(async () => {
  site = accountsSite()
  tenant = await tenantWithAdmin(site)
  boss = await registered(site, tenant.email)
  const email = 'eve@muster.example'
  const { body } = await boss.ask('POST', '/users', { email, roles: ['admin', 'admin-terminal'] })
  eveId = body.id
  eve = await registered(site, email, { firstName: 'Eve', lastName: 'Ende' })
})
afterEach(() => site.close())

type Asks = (method: string, path: string, body?: unknown) => ReturnType<typeof boss.ask>

async function make(ask: Asks, roles: readonly string[] = ['admin'], name = 'Terminal') {
  const { body } = await ask('POST', '/api-tokens', { name, roles })
  return { id: String(body.id), api: site.program(body.secret), ask: site.program(body.secret) }
}
const works = async (token: { readonly api: ReturnType<Site['program']> }) => {
  const { status, body } = await token.api('GET', '/api-tokens')
  return status === 200 ? 'works' : body.code
}
const shownAs = async (id: string) => {
  const { items } = (await boss.ask('GET', '/api-tokens')).body
  const { state, suspended } = items.find((one: { id: string }) => one.id === id)
  return suspended === null ? state : `${state}: ${suspended}`
}
const edit = (change: object) => boss.ask('PATCH', `/users/${eveId}`, change)

describe('the API tokens of somebody (A9)', () => {
  it.each([
    ['locked', { locked: true }, { locked: false }, 'maker-locked'],
    ['degraded', { roles: ['team'] }, { roles: ['admin'] }, 'maker-degraded'],
    [
      'limited to some people',
      { scope: { kind: 'limited', people: ['3_4'], groups: [] } },
      { scope: { kind: 'everyone' } },
      'maker-degraded',
    ],
  ] as const)('who is %s stop with that, and go on when it is taken back', async (_, harm, mend, reason) => {
    const token = await make(eve.ask)
    expect(await works(token)).toBe('works')
    expect((await edit(harm)).status).toBe(200)
    const refused = await token.api('GET', '/api-tokens')
    expect(refused).toMatchObject({ status: 403, body: { code: 'token-suspended' } })
    expect(await shownAs(token.id)).toBe(`suspended: ${reason}`)
    await edit(mend)
    expect(await works(token)).toBe('works')
    expect(await shownAs(token.id)).toBe('active')
  })

  it('who is removed stop, and those that carry no more than what is left to somebody go on', async () => {
    const [all, few] = [await make(eve.ask), await make(eve.ask, ['admin-terminal'])]
    await edit({ roles: ['admin-terminal'] })
    expect(await shownAs(all.id)).toBe('suspended: maker-degraded')
    expect(await shownAs(few.id)).toBe('active')
    await boss.ask('DELETE', `/users/${eveId}`)
    expect(await shownAs(few.id)).toBe('suspended: maker-removed')
    expect(await works(all)).toBe('token-suspended')
  })

  it('are told apart from unknown ones only to who has the secret', async () => {
    const { body } = await eve.ask('POST', '/api-tokens', { name: 'x', roles: ['admin'] })
    await edit({ locked: true })
    const guessed = site.program(`${body.secret.slice(0, -3)}abc`)
    expect((await guessed('GET', '/api-tokens')).body.code).toBe('unauthenticated')
  })

  it('go on with another admin, who takes them over, and with no more than that admin may', async () => {
    const token = await make(eve.ask, ['admin', 'admin-terminal'])
    await boss.ask('DELETE', `/users/${eveId}`)
    const taken = await boss.ask('POST', `/api-tokens/${token.id}/takeover`)
    expect(taken.body).toMatchObject({ state: 'active', suspended: null, responsible: 'Gabi Gehalt' })
    expect(await works(token)).toBe('works')
    // It is the admin's from now on.
    const email = 'lea@muster.example'
    const { body } = await boss.ask('POST', '/users', { email, roles: ['admin'] })
    const lea = await registered(site, email, { firstName: 'Lea', lastName: 'Leise' })
    await lea.ask('PATCH', `/users/${tenant.adminId}`, { locked: true })
    expect(await works(token)).toBe('token-suspended')
    await lea.ask('POST', `/api-tokens/${token.id}/takeover`)
    expect(await works(token)).toBe('works')
    await tenant.api('PATCH', `/users/${body.id}`, {
      scope: { kind: 'limited', people: ['3_4'], groups: [] },
    })
    expect((await lea.ask('POST', `/api-tokens/${token.id}/takeover`)).status).toBe(404)
  })

  it('are cut down to the roles whose rights the one has who takes them over', async () => {
    const by = {
      actor: { kind: 'user' as const, id: tenant.adminId, name: 'Gabi' },
      rights: rightsOf(['admin-terminal']),
      scope: everyone,
    }
    const token = await make(eve.ask, ['admin', 'admin-terminal'])
    const view = await site.tokens.takeOver(tenant.id, token.id, by)
    expect(view.roles).toEqual(['admin-terminal'])
    const other = await make(eve.ask, ['admin'])
    await expect(site.tokens.takeOver(tenant.id, other.id, by)).rejects.toMatchObject({
      code: 'token-exceeds-rights',
    })
  })

  it('that ended are not brought back by taking them over', async () => {
    const token = await make(eve.ask)
    await boss.ask('DELETE', `/api-tokens/${token.id}`)
    expect((await boss.ask('POST', `/api-tokens/${token.id}/takeover`)).body.code).toBe('token-ended')
    expect(await works(token)).toBe('unauthenticated')
  })
})

describe('tokens that tokens have made', () => {
  it('are of the same person, however long the chain', async () => {
    const first = await make(eve.ask)
    const second = await make(first.ask)
    const third = await make(second.ask, ['admin-terminal'])
    await edit({ locked: true })
    for (const { id } of [first, second, third]) expect(await shownAs(id)).toBe('suspended: maker-locked')
    expect(await works(second)).toBe('token-suspended')
  })

  it('stop with a token above them that is revoked, until somebody takes them over', async () => {
    const first = await make(tenant.api)
    const second = await make(first.ask)
    const third = await make(second.ask)
    const beside = await make(tenant.api)
    await boss.ask('DELETE', `/api-tokens/${first.id}`)
    expect(await works(first)).toBe('unauthenticated')
    expect(await works(second)).toBe('token-suspended')
    expect(await works(third)).toBe('token-suspended')
    expect(await works(beside)).toBe('works')
    expect(await shownAs(third.id)).toBe('suspended: token-revoked')
    await boss.ask('POST', `/api-tokens/${third.id}/takeover`)
    expect(await works(third)).toBe('works')
    expect(await works(second)).toBe('token-suspended')
  })

  it('cannot be made any more by one that is revoked in this moment', async () => {
    const thief = await make(eve.ask)
    const [made] = await Promise.all([
      thief.ask('POST', '/api-tokens', { name: 'x', roles: ['admin'] }),
      boss.ask('DELETE', `/api-tokens/${thief.id}`),
    ])
    if (made.status === 201) expect(await shownAs(made.body.id)).toBe('suspended: token-revoked')
  })

  it('cannot take others over', async () => {
    const token = await make(tenant.api)
    expect((await token.ask('POST', `/api-tokens/${token.id}/takeover`)).body.code).toBe('session-needed')
  })
})

describe('the operator', () => {
  it('is signed out everywhere by a new token', async () => {
    const browser = site.browser()
    await browser.ask('POST', '/session', { operatorToken: OPERATOR_TOKEN })
    expect((await browser.ask('GET', '/tenants')).status).toBe(200)
    const after = site.hub(site.store, 'another-operator-token')
    const same = site.browser('203.0.113.7', after)
    for (const [name, value] of browser.jar) same.jar.set(name, value)
    expect((await same.ask('GET', '/tenants')).status).toBe(401)
    expect((await same.ask('POST', '/session', { operatorToken: OPERATOR_TOKEN })).status).toBe(401)
    const again = site.browser('203.0.113.7', after)
    await again.ask('POST', '/session', { operatorToken: 'another-operator-token' })
    expect((await again.ask('GET', '/tenants')).status).toBe(200)
    expect((await again.ask('GET', '/sessions')).body.items).toHaveLength(1)
    expect(linkIn(site.mail.mails, tenant.email)).toBeTruthy()
  })
})
