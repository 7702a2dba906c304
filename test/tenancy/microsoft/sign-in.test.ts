import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMsalProvider } from '../../../functions/platform/openid/msal.ts'
import { createSignInNames, emailName } from '../../../functions/tenancy/accounts/names.ts'
import { accountsSite, linkIn, PASSWORD, registered, type Site, tenantWithAdmin } from '../accounts/site.ts'
import { CLIENT, startOpenIdProvider } from './provider.ts'
import { addPerson, type Browser, CALLBACK, come, leave, REDIRECT, visit, whoIs } from './visitors.ts'

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

const person = (sub: string, email: string, verified = true) => addPerson(provider, sub, email, verified)
const signIn = (browser: Browser, as: string | undefined, query = '') => visit(provider, browser, as, query)

describe('sign-in with Microsoft (A9)', () => {
  it('goes to the provider with PKCE, state and nonce, and begins a session for a registered user', async () => {
    await registered(site, tenant.email)
    person('sub-1', 'Admin@Muster.example')
    const browser = site.browser()
    const url = new URL(await leave(browser))
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: CLIENT.clientId,
      redirect_uri: REDIRECT,
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/.{20}/),
      nonce: expect.stringMatching(/.{20}/),
    })
    const callback = await provider.visit(url.href, 'sub-1')
    expect(callback.href).toContain(`${REDIRECT}?code=`)
    expect(await come(browser, callback)).toBe('/')
    expect(await whoIs(browser)).toMatchObject({
      signedIn: true,
      user: { email: tenant.email, firstName: 'Gabi', microsoft: true, hasPassword: true },
      signInMethods: { password: true, microsoft: true },
    })
    expect([...browser.jar.keys()].filter((name) => name.includes('flow'))).toEqual([])
  })

  it('registers an invited user by the address that the provider vouches for', async () => {
    person('sub-1', tenant.email)
    const browser = site.browser()
    expect(await signIn(browser, 'sub-1')).toBe('/')
    expect((await whoIs(browser)).user).toMatchObject({
      firstName: 'Mia',
      lastName: 'Müller',
      hasPassword: false,
    })
    const token = linkIn(site.mail.mails, tenant.email)
    expect((await site.browser().ask('GET', `/invitations/${token}`)).body.code).toBe('link-invalid')
  })

  it('registers whoever brings the link with the account of the invited address, verified or not', async () => {
    person('sub-1', 'Admin@muster.example', false)
    const query = `?invitation=${linkIn(site.mail.mails, tenant.email)}`
    expect(await signIn(site.browser(), 'sub-1', query)).toBe('/')
    const again = site.browser()
    expect(await signIn(again, 'sub-1')).toBe('/')
    expect((await whoIs(again)).user).toMatchObject({ email: tenant.email })
    person('sub-2', tenant.email)
    expect(await signIn(site.browser(), 'sub-2', query)).toBe('/sign-in?error=link-invalid')
  })

  it.each([true, false])(
    'does not register another account with the link of an invitation (verified: %s), which stays good',
    async (verified) => {
      person('sub-eve', 'eve@elsewhere.example', verified)
      const token = linkIn(site.mail.mails, tenant.email)
      const browser = site.browser()
      expect(await signIn(browser, 'sub-eve', `?invitation=${token}`)).toBe(
        '/sign-in?error=microsoft-other-address',
      )
      expect((await whoIs(browser)).signedIn).toBe(false)
      person('sub-1', tenant.email, false)
      expect(await signIn(site.browser(), 'sub-1', `?invitation=${token}`)).toBe('/')
    },
  )

  it('goes by the name of the account where it has no address', async () => {
    provider.people.set('sub-1', {
      preferred_username: 'Admin@Muster.example',
      given_name: 'Mia',
      family_name: 'Müller',
    })
    const browser = site.browser()
    // It proves nothing by itself.
    expect(await signIn(browser, 'sub-1')).toBe('/sign-in?error=microsoft-unknown-user')
    const query = `?invitation=${linkIn(site.mail.mails, tenant.email)}`
    expect(await signIn(browser, 'sub-1', query)).toBe('/')
  })

  it('knows the account from then on, whatever becomes of its address', async () => {
    await registered(site, tenant.email)
    person('sub-1', tenant.email)
    expect(await signIn(site.browser(), 'sub-1')).toBe('/')
    person('sub-1', 'renamed@muster.example', false)
    expect(await signIn(site.browser(), 'sub-1')).toBe('/')
    // Whoever gets the address afterwards is somebody else.
    person('sub-2', tenant.email)
    const other = site.browser()
    expect(await signIn(other, 'sub-2')).toBe('/sign-in?error=microsoft-unknown-user')
    expect((await whoIs(other)).signedIn).toBe(false)
  })

  it.each([
    ['an address that is nobody’s', 'nobody@muster.example', true],
    ['an address that the provider does not vouch for', 'admin@muster.example', false],
  ])('refuses %s', async (_, email, verified) => {
    await registered(site, tenant.email)
    person('sub-1', email, verified)
    const browser = site.browser()
    expect(await signIn(browser, 'sub-1')).toBe('/sign-in?error=microsoft-unknown-user')
    expect((await whoIs(browser)).signedIn).toBe(false)
    expect((await tenant.api('GET', `/users/${tenant.adminId}`)).body.microsoft).toBe(false)
  })

  it('registers an invited user whose acceptance was begun by a hub that died', async () => {
    const owner = { tenantId: tenant.id, userId: tenant.adminId }
    await createSignInNames(site).claim(emailName(tenant.email), owner)
    person('sub-1', tenant.email)
    expect(await signIn(site.browser(), 'sub-1')).toBe('/')
  })

  it('does not choose between the invitations of two tenants', async () => {
    const other = await tenantWithAdmin(site, 'Zweite AG', tenant.email)
    person('sub-1', tenant.email)
    expect(await signIn(site.browser(), 'sub-1')).toBe('/sign-in?error=microsoft-unknown-user')
    const token = linkIn(site.mail.mails, tenant.email)
    const browser = site.browser()
    expect(await signIn(browser, 'sub-1', `?invitation=${token}`)).toBe('/')
    expect((await whoIs(browser)).tenant.id).toBe(other.id)
  })

  it('refuses an invitation that was not used in time', async () => {
    person('sub-1', tenant.email)
    site.clock.advance(7 * 24 * 3_600_000)
    expect(await signIn(site.browser(), 'sub-1')).toBe('/sign-in?error=link-invalid')
  })

  it('refuses who is locked, and who was removed', async () => {
    await registered(site, tenant.email)
    const email = 'mia@muster.example'
    const { body } = await tenant.api('POST', '/users', { email, roles: ['team'] })
    person('sub-1', email)
    expect(await signIn(site.browser(), 'sub-1')).toBe('/')
    await tenant.api('PATCH', `/users/${body.id}`, { locked: true })
    expect(await signIn(site.browser(), 'sub-1')).toBe('/sign-in?error=account-locked')
    await tenant.api('DELETE', `/users/${body.id}`)
    expect(await signIn(site.browser(), 'sub-1')).toBe('/sign-in?error=microsoft-unknown-user')
  })

  it('does not go by an address that the user has given up', async () => {
    const admin = await registered(site, tenant.email)
    await admin.ask('PATCH', '/account', { email: 'neu@muster.example', currentPassword: PASSWORD })
    const token = linkIn(site.mail.mails, 'neu@muster.example', 'email-confirmation')
    await site.browser().ask('POST', `/email-confirmations/${token}`)
    person('sub-1', tenant.email)
    expect(await signIn(site.browser(), 'sub-1')).toBe('/sign-in?error=microsoft-unknown-user')
  })
})

describe('what does not come back as it was sent away', () => {
  beforeEach(async () => {
    await registered(site, tenant.email)
    person('sub-1', tenant.email)
  })

  it('in another browser, a stolen answer is worth nothing', async () => {
    const victim = site.browser()
    const callback = await provider.visit(await leave(victim), 'sub-1')
    const thief = site.browser()
    expect(await come(thief, callback)).toBe('/sign-in?error=microsoft-failed')
    // Also not with a sign-in of the thief's own under way: state and PKCE are of that one.
    await leave(thief)
    expect(await come(thief, callback)).toBe('/sign-in?error=microsoft-failed')
    expect((await whoIs(thief)).signedIn).toBe(false)
  })

  it('a code of another sign-in is refused by the provider, because the verifier is another one', async () => {
    const stolen = await provider.visit(await leave(site.browser()), 'sub-1')
    const browser = site.browser()
    const own = new URL(await leave(browser)).searchParams.get('state') ?? ''
    stolen.searchParams.set('state', own)
    expect(await come(browser, stolen)).toBe('/sign-in?error=microsoft-failed')
  })

  it.each(['state', 'nonce', 'code_challenge'])('a changed %s is refused', async (name) => {
    const browser = site.browser()
    const url = new URL(await leave(browser))
    const other = new URL(await leave(site.browser())).searchParams.get(name) ?? ''
    url.searchParams.set(name, other)
    const callback = await provider.visit(url.href, 'sub-1')
    expect(callback.searchParams.get('code')).toBeTruthy()
    expect(await come(browser, callback)).toBe('/sign-in?error=microsoft-failed')
    expect((await whoIs(browser)).signedIn).toBe(false)
  })

  it('a second time, and too late, the answer is worth nothing', async () => {
    const browser = site.browser()
    const callback = await provider.visit(await leave(browser), 'sub-1')
    const flow = new Map(browser.jar)
    expect(await come(browser, callback)).toBe('/')
    const copy = site.browser()
    for (const [name, value] of flow) copy.jar.set(name, value)
    expect(await come(copy, callback)).toBe('/sign-in?error=microsoft-failed')
    const slow = site.browser()
    const late = await provider.visit(await leave(slow), 'sub-1')
    site.clock.advance(10 * 60_000 + 1000)
    expect(await come(slow, late)).toBe('/sign-in?error=microsoft-failed')
  })
})

describe('a provider that says no', () => {
  it('because the person cancelled: the sign-in page says so', async () => {
    expect(await signIn(site.browser(), undefined)).toBe('/sign-in?error=microsoft-cancelled')
  })

  it('because our own secret is wrong, or is not there at all: the sign-in page says so', async () => {
    const wrong = { ...CLIENT, authority: provider.authority, clientSecret: 'wrong' }
    const other = accountsSite({ microsoft: createMsalProvider(wrong) })
    await tenantWithAdmin(other)
    person('sub-1', 'admin@muster.example')
    const browser = other.browser()
    expect(await signIn(browser, 'sub-1')).toBe('/sign-in?error=microsoft-failed')
    other.close()
    const nowhere = accountsSite({
      microsoft: createMsalProvider({ ...CLIENT, authority: 'https://localhost:1' }),
    })
    const answer = await nowhere.browser().ask('GET', '/sign-in/microsoft')
    expect(answer.headers.get('location')).toBe('/sign-in?error=microsoft-failed')
    nowhere.close()
  })

  it('where it is not set up: nobody is offered it, and who goes there all the same is told', async () => {
    const plain = accountsSite()
    const browser = plain.browser()
    expect((await whoIs(browser)).signInMethods).toEqual({ password: true, microsoft: false })
    for (const path of ['/sign-in/microsoft', `${CALLBACK}?code=x&state=y`]) {
      const answer = await browser.ask('GET', path)
      expect(answer.headers.get('location')).toBe('/sign-in?error=microsoft-not-configured')
    }
    plain.close()
  })

  it('does not stop anybody from signing in with a password', async () => {
    await registered(site, tenant.email)
    expect(
      (await site.browser().ask('POST', '/session', { email: tenant.email, password: PASSWORD })).status,
    ).toBe(200)
  })
})
