import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OpenIdProvider } from '../../../functions/platform/openid/port.ts'
import { accountsSite, linkIn, PASSWORD, registered, type Site, tenantWithAdmin } from './site.ts'

const next = 'Segel Beton Mokka Fähre'
/** Answers for the first admin; the protocol itself is tested against a real provider. */
const microsoft: OpenIdProvider = {
  begin: async (redirectUri) => ({
    url: 'https://login.example/',
    flow: { state: 'state', nonce: 'nonce', verifier: 'verifier', redirectUri },
  }),
  finish: async () => ({
    subject: 'sub-1',
    email: 'admin@muster.example',
    emailVerified: true,
    firstName: undefined,
    lastName: undefined,
  }),
}

let site: Site
let tenant: Awaited<ReturnType<typeof tenantWithAdmin>>
beforeEach(async () => {
  site = accountsSite({ microsoft })
  tenant = await tenantWithAdmin(site)
})
afterEach(() => site.close())

/** Newest first. */
const records = async () => (await tenant.api('GET', '/audit?limit=100')).body.items
const gabi = { kind: 'user', name: 'Gabi Gehalt' }
const address = '203.0.113.7'

describe('the audit log (A9)', () => {
  it('tells every sign-in and every change of an account, who and from where, and no secret', async () => {
    const link = linkIn(site.mail.mails, tenant.email)
    const browser = await registered(site, tenant.email)
    const other = site.browser()
    await other.ask('POST', '/session', { email: tenant.email, password: PASSWORD })
    const open = (await browser.ask('GET', '/sessions')).body.items
    await browser.ask('DELETE', `/sessions/${open.find((one: { current: boolean }) => !one.current).id}`)
    await browser.ask('PUT', '/account/password', { current: PASSWORD, next })
    await browser.ask('DELETE', '/session')
    await browser.ask('POST', '/password-resets', { email: tenant.email })
    await expect.poll(() => site.mail.mails.at(-1)?.text).toContain('/password-reset/')
    const reset = linkIn(site.mail.mails, tenant.email, 'password-reset')
    await browser.ask('POST', `/password-resets/${reset}`, { password: PASSWORD })
    await browser.ask('GET', '/sign-in/microsoft')
    await browser.ask('GET', '/sign-in/microsoft/callback?code=c&state=state')
    const found = await records()
    const actions = [
      'finishMicrosoftSignIn',
      'resetPassword',
      'signOut',
      'changePassword',
      'endSession',
      'signIn',
      'register',
    ]
    expect(found.map(({ action }: { action: string }) => action)).toEqual(expect.arrayContaining(actions))
    for (const action of actions) {
      const record = found.find((one: { action: string }) => one.action === action)
      expect(record, action).toMatchObject({
        actor: { ...gabi, id: tenant.adminId },
        address,
        outcome: 'done',
      })
    }
    const text = JSON.stringify(found)
    for (const secret of [PASSWORD, next, link, reset, ...browser.jar.values()]) {
      expect(text).not.toContain(secret)
    }
  })

  it('tells sign-ins that failed to the tenant whose user it was tried on, without what was typed', async () => {
    await registered(site, tenant.email)
    site.clock.advance(1000)
    const stranger = site.browser('198.51.100.4')
    await stranger.ask('POST', '/session', { email: tenant.email, password: 'typed by a stranger' })
    await stranger.ask('POST', '/session', { email: 'my-password@x.example', password: 'y' })
    const found = await records()
    expect(found[0]).toMatchObject({
      action: 'signIn',
      actor: { ...gabi, id: tenant.adminId },
      address: '198.51.100.4',
      outcome: 'failed',
      details: { code: 'sign-in-refused' },
    })
    const all = await site.audit.list('operator', { limit: 10 })
    expect(all.records[0]).toMatchObject({ action: 'signIn', actor: { kind: 'nobody' }, outcome: 'failed' })
    expect(JSON.stringify([found, all])).not.toMatch(/my-password|typed by/)
  })
})
