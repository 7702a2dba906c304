import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accountsSite,
  linkIn,
  OPERATOR_TOKEN,
  PASSWORD,
  registered,
  type Site,
  tenantWithAdmin,
} from './site.ts'

let site: Site
let tenant: Awaited<ReturnType<typeof tenantWithAdmin>>
beforeEach(async () => {
  site = accountsSite()
  tenant = await tenantWithAdmin(site)
})
afterEach(() => site.close())

const DAY = 24 * 3_600_000
const signInAs = (email: string, password = PASSWORD) => ({ email, password })
const next = 'Segel Beton Mokka Fähre'

describe('from invitation to sign-in (A9)', () => {
  it('an invited admin registers with the link, is signed in, and signs in again', async () => {
    const browser = site.browser()
    const token = linkIn(site.mail.mails, tenant.email)
    expect((await browser.ask('GET', `/invitations/${token}`)).body).toMatchObject({
      email: tenant.email,
      tenantName: 'Muster GmbH',
      language: 'de',
      microsoft: false,
    })
    const names = { firstName: 'Gabi', lastName: 'Gehalt' }
    const answer = await browser.ask('POST', `/invitations/${token}`, { ...names, password: PASSWORD })
    expect(answer.body).toMatchObject({
      signedIn: true,
      kind: 'user',
      user: { email: tenant.email, ...names, roles: expect.arrayContaining(['admin']) },
      tenant: { id: tenant.id, name: 'Muster GmbH' },
      scope: { kind: 'everyone' },
    })
    expect((await browser.ask('GET', '/users')).body).toMatchObject({
      total: 1,
      items: [{ state: 'active' }],
    })
    expect((await browser.ask('DELETE', '/session')).status).toBe(204)
    expect((await browser.ask('GET', '/users')).status).toBe(401)
    expect((await browser.ask('GET', '/session')).body).toMatchObject({ signedIn: false, csrfToken: null })
    expect((await browser.ask('POST', '/session', signInAs(' ADMIN@Muster.example '))).status).toBe(200)
    expect((await browser.ask('GET', '/session')).body).toMatchObject({ signedIn: true })
  })

  it('a link works once, for seven days, and not after a newer one or a withdrawal', async () => {
    const admin = await registered(site, tenant.email)
    const register = (token: string) =>
      site
        .browser()
        .ask('POST', `/invitations/${token}`, { firstName: 'A', lastName: 'B', password: PASSWORD })
    const used = linkIn(site.mail.mails, tenant.email)
    expect((await register(used)).body.code).toBe('link-invalid')
    expect((await site.browser().ask('GET', `/invitations/${used}`)).body.code).toBe('link-invalid')

    const invited = await admin.ask('POST', '/users', { email: 'b@muster.example', roles: ['team'] })
    expect(invited).toMatchObject({ status: 201, body: { state: 'invited', mail: 'sent' } })
    const first = linkIn(site.mail.mails, 'b@muster.example')
    await admin.ask('POST', `/users/${invited.body.id}/invitation`)
    const second = linkIn(site.mail.mails, 'b@muster.example')
    expect((await register(first)).body.code).toBe('link-invalid')
    site.clock.advance(7 * DAY)
    expect((await register(second)).body.code).toBe('link-invalid')
    await admin.ask('POST', '/session', signInAs(tenant.email))
    expect((await admin.ask('GET', '/users?state=expired')).body).toMatchObject({ total: 1 })
    await admin.ask('POST', `/users/${invited.body.id}/invitation`)
    const third = linkIn(site.mail.mails, 'b@muster.example')
    expect((await admin.ask('DELETE', `/users/${invited.body.id}`)).status).toBe(204)
    expect((await register(third)).body.code).toBe('link-invalid')
    expect((await register(`${third.slice(0, -2)}xx`)).body.code).toBe('link-invalid')
    expect((await register('nonsense')).body.code).toBe('link-invalid')
  })

  it('a mail server that is down leaves an invitation that shows it and can be sent again', async () => {
    site.mail.broken = true
    const invited = await tenant.api('POST', '/users', { email: 'c@muster.example', roles: ['team'] })
    expect(invited).toMatchObject({ status: 201, body: { state: 'invited', mail: 'failed' } })
    site.mail.broken = false
    const again = await tenant.api('POST', `/users/${invited.body.id}/invitation`)
    expect(again).toMatchObject({ status: 200, body: { mail: 'sent' } })
    await registered(site, 'c@muster.example')
  })

  it('an address belongs to one user of one tenant, once they have registered', async () => {
    await registered(site, tenant.email)
    const own = await tenant.api('POST', '/users', { email: tenant.email, roles: ['team'] })
    expect(own.body).toMatchObject({ status: 409, code: 'email-taken' })
    const other = await tenantWithAdmin(site, 'Andere AG', tenant.email)
    const token = linkIn(site.mail.mails, tenant.email)
    const entered = { firstName: 'A', lastName: 'B', password: PASSWORD }
    const accept = () => site.browser().ask('POST', `/invitations/${token}`, entered)
    expect((await accept()).body.code).toBe('invitation-address-taken')
    await other.api('POST', '/users', { email: 'b@andere.example', roles: ['admin'] })
    expect((await site.browser().ask('POST', '/session', signInAs(tenant.email))).body.tenant.id).toBe(
      tenant.id,
    )
  })

  it('the operator signs in with their token, sees all tenants and invites admins', async () => {
    const browser = site.browser()
    const wrong = await browser.ask('POST', '/session', { operatorToken: 'operator-tokem' })
    expect(wrong.body.code).toBe('sign-in-refused')
    const answer = await browser.ask('POST', '/session', { operatorToken: OPERATOR_TOKEN })
    expect(answer.body).toMatchObject({
      signedIn: true,
      kind: 'operator',
      user: null,
      tenant: null,
      rights: [],
    })
    expect((await browser.ask('GET', '/tenants')).body.items).toMatchObject([{ name: 'Muster GmbH' }])
    const invited = await browser.ask('POST', `/tenants/${tenant.id}/admins`, { email: 'd@muster.example' })
    expect(invited).toMatchObject({ status: 201, body: { mail: 'sent', state: 'invited' } })
    expect((await browser.ask('GET', '/users')).body.code).toBe('forbidden')
    expect((await browser.ask('PUT', '/account/password', { current: 'x', next })).body.code).toBe(
      'session-needed',
    )
    expect((await browser.ask('GET', '/sessions')).body.items).toHaveLength(1)
  })
})

describe('passwords', () => {
  it('are changed with the one of before, which ends all other sessions', async () => {
    const here = await registered(site, tenant.email)
    const there = site.browser()
    await there.ask('POST', '/session', signInAs(tenant.email))
    expect((await here.ask('GET', '/sessions')).body.items).toMatchObject([
      { device: 'Firefox, Windows', address: '203.0.113.7' },
      {},
    ])
    const wrong = await here.ask('PUT', '/account/password', { current: 'wrong', next })
    expect(wrong.body.code).toBe('password-wrong')
    const weak = await here.ask('PUT', '/account/password', { current: PASSWORD, next: 'Gabi.Gehalt.2026' })
    expect(weak.body.code).toBe('password-too-common')
    expect((await here.ask('PUT', '/account/password', { current: PASSWORD, next })).status).toBe(204)
    expect((await here.ask('GET', '/sessions')).body.items).toMatchObject([{ current: true }])
    expect((await there.ask('GET', '/sessions')).status).toBe(401)
    expect((await there.ask('POST', '/session', signInAs(tenant.email))).body.code).toBe('sign-in-refused')
    expect((await there.ask('POST', '/session', signInAs(tenant.email, next))).status).toBe(200)
    expect(site.mail.mails.at(-1)?.subject).toBe('Ihr Passwort für Steg wurde geändert')
  })

  it('that are forgotten are replaced by a link that works once, within an hour, and ends all sessions', async () => {
    const here = await registered(site, tenant.email)
    const stranger = site.browser()
    const ask = (email: string) => stranger.ask('POST', '/password-resets', { email })
    const link = async () => {
      site.clock.advance(60_000)
      const before = site.mail.mails.length
      expect((await ask(tenant.email)).status).toBe(202)
      await expect.poll(() => site.mail.mails.length).toBe(before + 1)
      return linkIn(site.mail.mails, tenant.email, 'password-reset')
    }
    const late = await link()
    site.clock.advance(3_600_000)
    expect((await stranger.ask('POST', `/password-resets/${late}`, { password: next })).body.code).toBe(
      'link-invalid',
    )
    const older = await link()
    const token = await link()
    for (const wrong of [older, `${token.slice(0, -3)}abc`]) {
      const answer = await stranger.ask('POST', `/password-resets/${wrong}`, { password: next })
      expect(answer.body.code).toBe('link-invalid')
    }
    const short = await stranger.ask('POST', `/password-resets/${token}`, { password: 'kurz' })
    expect(short.body.code).toBe('password-too-short')
    const answer = await stranger.ask('POST', `/password-resets/${token}`, { password: next })
    expect(answer.body).toMatchObject({ signedIn: true })
    expect((await here.ask('GET', '/sessions')).status).toBe(401)
    expect((await stranger.ask('POST', `/password-resets/${token}`, { password: next })).body.code).toBe(
      'link-invalid',
    )
    expect((await here.ask('POST', '/session', signInAs(tenant.email, next))).status).toBe(200)
  })

  it('that are forgotten get the same answer after the same time, whoever asks for whomever', async () => {
    await registered(site, tenant.email)
    site.mail.mails.length = 0
    const answers = []
    for (const email of [tenant.email, 'nobody@muster.example', tenant.email, 'x@y.z']) {
      const before = site.clock.now()
      const { status, body } = await site.browser().ask('POST', '/password-resets', { email })
      answers.push({ status, body, took: site.clock.now() - before })
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 202, took: 2000 })
    await expect.poll(() => site.mail.mails.length).toBe(1)
  })
})

describe('users', () => {
  it('that are locked or removed are out at once, and roles count from the next request on', async () => {
    await registered(site, tenant.email)
    const { body } = await tenant.api('POST', '/users', { email: 'e@muster.example', roles: ['admin'] })
    const other = await registered(site, 'e@muster.example')
    expect((await other.ask('GET', '/users')).status).toBe(200)
    await tenant.api('PATCH', `/users/${body.id}`, { roles: ['team'] })
    expect((await other.ask('GET', '/users')).body.code).toBe('forbidden')
    await tenant.api('PATCH', `/users/${body.id}`, { locked: true })
    expect((await other.ask('GET', '/sessions')).status).toBe(401)
    expect((await other.ask('POST', '/session', signInAs('e@muster.example'))).body.code).toBe(
      'account-locked',
    )
    expect((await other.ask('POST', '/session', signInAs('e@muster.example', 'x'))).body.code).toBe(
      'sign-in-refused',
    )
    await tenant.api('PATCH', `/users/${body.id}`, { locked: false })
    expect((await other.ask('GET', '/sessions')).status).toBe(401)
    expect((await other.ask('POST', '/session', signInAs('e@muster.example'))).status).toBe(200)
    await tenant.api('DELETE', `/users/${body.id}`)
    expect((await other.ask('GET', '/sessions')).status).toBe(401)
    expect((await other.ask('POST', '/session', signInAs('e@muster.example'))).body.code).toBe(
      'sign-in-refused',
    )
  })

  it('have a scope, which is part of who calls', async () => {
    const scope = { kind: 'limited', people: ['3_4'], groups: ['Lager'] }
    const empty = { kind: 'limited', people: [], groups: [] }
    const email = 'f@muster.example'
    expect((await tenant.api('POST', '/users', { email, roles: ['admin'], scope: empty })).body.code).toBe(
      'scope-empty',
    )
    const unknown = { ...scope, groups: ['Lagrr'] }
    expect((await tenant.api('POST', '/users', { email, roles: ['admin'], scope: unknown })).body.code).toBe(
      'group-unknown',
    )
    const { body } = await tenant.api('POST', '/users', { email, roles: ['admin'], scope })
    const limited = await registered(site, email)
    expect((await limited.ask('GET', '/session')).body.scope).toEqual(scope)
    for (const [method, path, change] of [
      ['POST', '/users', { email: 'g@muster.example', roles: ['team'] }],
      ['PATCH', `/users/${body.id}`, { scope: { kind: 'everyone' } }],
      ['DELETE', `/users/${tenant.adminId}`, undefined],
    ] as const) {
      expect((await limited.ask(method, path, change)).body.code, `${method} ${path}`).toBe('scope-limited')
    }
    const widened = await tenant.api('PATCH', `/users/${body.id}`, { scope: { kind: 'everyone' } })
    expect(widened.body.scope).toEqual({ kind: 'everyone' })
  })

  it('the last admin who can sign in stays, also when two give way to each other at once', async () => {
    const { body } = await tenant.api('POST', '/users', { email: 'h@muster.example', roles: ['admin'] })
    await registered(site, tenant.email)
    const last = (path: string, change?: unknown) =>
      tenant.api(change === undefined ? 'DELETE' : 'PATCH', path, change).then((answer) => answer.body?.code)
    // Who has not registered yet is no admin who could sign in.
    expect(await last(`/users/${tenant.adminId}`)).toBe('last-admin')
    expect(await last(`/users/${tenant.adminId}`, { roles: ['team'] })).toBe('last-admin')
    expect(await last(`/users/${tenant.adminId}`, { locked: true })).toBe('last-admin')
    await registered(site, 'h@muster.example')
    const both = await Promise.all([
      last(`/users/${tenant.adminId}`, { roles: ['team'] }),
      last(`/users/${body.id}`, { locked: true }),
    ])
    expect(both.filter((code) => code === 'last-admin')).toHaveLength(1)
    const admins = (await tenant.api('GET', '/users?role=admin&state=active')).body
    expect(admins.total).toBe(1)
  })

  it('are found by name and address, a page at a time, and changed with their ETag', async () => {
    await registered(site, tenant.email)
    for (const name of ['Zora', 'Anna', 'Berta']) {
      const email = `${name}@muster.example`
      await tenant.api('POST', '/users', { email, roles: ['team'], firstName: name, lastName: 'Neu' })
    }
    const first = (await tenant.api('GET', '/users?limit=2&search=neu')).body
    expect(first).toMatchObject({ total: 3, items: [{ firstName: 'Anna' }, { firstName: 'Berta' }] })
    const rest = (await tenant.api('GET', `/users?limit=2&search=neu&cursor=${first.cursor}`)).body
    expect(rest).toMatchObject({ items: [{ firstName: 'Zora' }], cursor: null })
    expect((await tenant.api('GET', '/users?search=zora%40muster')).body.total).toBe(1)
  })
})
