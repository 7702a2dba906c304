import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMsalProvider } from '../../../functions/platform/openid/msal.ts'
import { accountsSite, linkIn, PASSWORD, registered, type Site, tenantWithAdmin } from '../accounts/site.ts'
import { CLIENT, startOpenIdProvider } from './provider.ts'
import { addPerson, type Browser, REDIRECT, visit, whoIs } from './visitors.ts'

let provider: Awaited<ReturnType<typeof startOpenIdProvider>>
let site: Site
let tenant: Awaited<ReturnType<typeof tenantWithAdmin>>
beforeAll(async () => {
  provider = await startOpenIdProvider(REDIRECT)
})
afterAll(() => provider.stop())
beforeEach(async () => {
  provider.people.clear()
  site = accountsSite({ microsoft: createMsalProvider({ ...CLIENT, authority: provider.authority }) })
  tenant = await tenantWithAdmin(site)
})
afterEach(() => site.close())

const person = (sub: string, email: string) => addPerson(provider, sub, email)
const signIn = (browser: Browser, as: string) => visit(provider, browser, as)

describe('a new address of who has no password', () => {
  const asks = (browser: Browser) => browser.ask('PATCH', '/account', { email: 'neu@muster.example' })

  it('needs a sign-in of the last minutes', async () => {
    person('sub-1', tenant.email)
    const browser = site.browser()
    await signIn(browser, 'sub-1')
    await whoIs(browser)
    site.clock.advance(5 * 60_000)
    expect((await asks(browser)).body.code).toBe('fresh-sign-in-needed')
    expect((await whoIs(browser)).user.newEmail).toBeNull()
    await signIn(browser, 'sub-1')
    await whoIs(browser)
    expect((await asks(browser)).body.user.newEmail).toBe('neu@muster.example')
  })

  it('when it is taken back, takes along the account at Microsoft that was linked by it', async () => {
    const admin = await registered(site, tenant.email)
    const evil = 'evil@elsewhere.example'
    await admin.ask('PATCH', '/account', { email: evil, currentPassword: PASSWORD })
    const undo = linkIn(site.mail.mails, tenant.email, 'address-restoration')
    const confirmation = linkIn(site.mail.mails, evil, 'email-confirmation')
    await site.browser().ask('POST', `/email-confirmations/${confirmation}`)
    person('sub-evil', evil)
    expect(await signIn(site.browser(), 'sub-evil')).toBe('/')
    expect((await site.browser().ask('POST', `/address-restorations/${undo}`)).status).toBe(200)
    expect(await signIn(site.browser(), 'sub-evil')).toBe('/sign-in?error=microsoft-unknown-user')
    person('sub-1', tenant.email)
    expect(await signIn(site.browser(), 'sub-1')).toBe('/')
  })
})
