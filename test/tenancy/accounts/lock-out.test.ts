import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attemptShards, attemptsPartition } from '../../../functions/tenancy/accounts/attempts.ts'
import { attemptDayOf } from '../../../functions/tenancy/accounts/rules/throttle.ts'
import { accountsSite, OPERATOR_TOKEN, PASSWORD, registered, type Site, tenantWithAdmin } from './site.ts'

const DAY = 24 * 3_600_000
let site: Site
let tenant: Awaited<ReturnType<typeof tenantWithAdmin>>
let own: Awaited<ReturnType<typeof registered>>
beforeEach(async () => {
  site = accountsSite()
  tenant = await tenantWithAdmin(site)
  own = await registered(site, tenant.email)
  await own.ask('DELETE', '/session')
})
afterEach(() => site.close())

let guesses = 0
const guess = (email: string, address = '198.51.100.1') =>
  site.browser(address).ask('POST', '/session', { email, password: `guess number ${guesses++}` })
const signIn = (browser: ReturnType<Site['browser']>) =>
  browser.ask('POST', '/session', { email: tenant.email, password: PASSWORD })

async function countersOf({ store, clock }: Site) {
  const day = attemptDayOf(clock.now())
  const pages = attemptShards.map((shard) => store.query('SignInAttempts', attemptsPartition(day, shard)))
  return (await Promise.all(pages)).flatMap(({ rows }) => rows).filter(({ values }) => values.failures !== 0)
}

/** Addresses enough that only the account's own counter slows anybody down. */
const botnet = (index: number) => `198.51.${Math.floor(index / 250)}.${(index % 250) + 1}`

describe('strangers who guess (A9)', () => {
  it('are slowed down and stopped, while the user comes in at once from a browser they have used', async () => {
    const codes = []
    for (let index = 0; index < 8; index++) codes.push((await guess(tenant.email, botnet(index))).body.code)
    expect(codes).toEqual([...Array(5).fill('sign-in-refused'), ...Array(3).fill('sign-in-delayed')])
    // The right password does not help a stranger either, as long as the delay lasts.
    const stranger = await signIn(site.browser('198.51.100.9'))
    expect(stranger.body).toMatchObject({ code: 'sign-in-delayed', detail: expect.stringMatching(/\b1\b/) })
    expect((await signIn(own)).status).toBe(200)
  })

  it('get fewer tries in a day than a password could be guessed with', async () => {
    let tries = 0
    const end = site.clock.now() + DAY
    while (site.clock.now() < end) {
      const { body } = await guess(tenant.email, botnet(tries))
      if (body.code === 'sign-in-refused') tries += 1
      else site.clock.advance(Number(/\d+/.exec(body.detail)?.[0]) * 1000)
    }
    expect(tries).toBeGreaterThan(20)
    expect(tries).toBeLessThan(125)
    expect((await signIn(own)).status).toBe(200)
  })

  it('get no more tries at once than one after the other', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => guess(tenant.email, botnet(index))),
    )
    const tried = answers.filter(({ body }) => body.code === 'sign-in-refused')
    expect(tried).toHaveLength(5)
    expect(answers.filter(({ body }) => body.code === 'sign-in-delayed')).toHaveLength(25)
  })

  it('see no difference between an address that is known and one that is not', async () => {
    const seen = async (email: string, offset: number) => {
      const answers = []
      for (let index = 0; index < 8; index++) {
        const { status, body, headers } = await guess(email, botnet(offset + index))
        const { instance: _, reference: __, ...rest } = body
        answers.push({ status, body: rest, retry: headers.get('retry-after') })
      }
      return answers
    }
    expect(await seen('nobody@muster.example', 100)).toEqual(await seen(tenant.email, 0))
  })

  it('from one address are stopped whatever accounts they try', async () => {
    const codes = []
    for (let index = 0; index < 55; index++)
      codes.push((await guess(`user${index}@muster.example`)).body.code)
    expect(codes.indexOf('sign-in-delayed')).toBe(50)
    expect((await guess(tenant.email, '198.51.100.2')).body.code).toBe('sign-in-refused')
  })

  it('are forgotten after a day without an attempt', async () => {
    for (let index = 0; index < 5; index++) await guess(tenant.email, botnet(index))
    expect((await guess(tenant.email, botnet(9))).body.code).toBe('sign-in-delayed')
    site.clock.advance(DAY)
    for (let index = 0; index < 5; index++) {
      expect((await guess(tenant.email, botnet(20 + index))).body.code).toBe('sign-in-refused')
    }
    expect((await guess(tenant.email, botnet(30))).body.code).toBe('sign-in-delayed')
  })
})

describe('right sign-ins (A9)', () => {
  it('from one address are no attack, however many, also while others there mistype', async () => {
    for (let n = 0; n < 49; n++) await guess(`user${n}@muster.example`, '203.0.113.50')
    for (let n = 0; n < 120; n++) {
      expect((await signIn(site.browser('203.0.113.50'))).status, `sign-in ${n}`).toBe(200)
    }
    expect((await guess('user50@muster.example', '203.0.113.50')).body.code).toBe('sign-in-refused')
    expect((await guess('user51@muster.example', '203.0.113.50')).body.code).toBe('sign-in-delayed')
  })

  it('do not wipe out what others have failed: neither at an address nor at an account', async () => {
    for (let n = 0; n < 50; n++) await guess(`user${n}@muster.example`)
    site.clock.advance(1000)
    expect((await signIn(site.browser('198.51.100.1'))).status).toBe(200)
    expect((await guess('user51@muster.example')).body.code).toBe('sign-in-refused')
    expect((await guess('user52@muster.example')).body.code).toBe('sign-in-delayed')
    for (let n = 0; n < 4; n++) await guess(tenant.email, botnet(n))
    expect((await signIn(site.browser('198.51.100.201'))).status).toBe(200)
    expect((await guess(tenant.email, botnet(4))).body.code).toBe('sign-in-refused')
    expect((await guess(tenant.email, botnet(5))).body.code).toBe('sign-in-delayed')
  })

  it('of the operator are not slowed down by what others fail at the same address, nor the other way round', async () => {
    const operator = (token: string) =>
      site.browser('203.0.113.50').ask('POST', '/session', { operatorToken: token })
    for (let n = 0; n < 51; n++) await guess(`user${n}@muster.example`, '203.0.113.50')
    for (let n = 0; n < 30; n++) expect((await operator(OPERATOR_TOKEN)).status).toBe(200)
    const codes = []
    for (let n = 0; n < 12; n++) codes.push((await operator(`wrong token ${n}`)).body.code)
    expect(codes.slice(9)).toEqual(['sign-in-refused', 'sign-in-delayed', 'sign-in-delayed'])
    expect((await operator(OPERATOR_TOKEN)).body.code).toBe('sign-in-delayed')
    site.clock.advance(2000)
    expect((await operator(OPERATOR_TOKEN)).status).toBe(200)
    site.clock.advance(2000)
    expect((await guess('user99@muster.example', '203.0.113.50')).body.code).toBe('sign-in-refused')
  })

  it('leave no counter behind', async () => {
    const stranger = site.browser('203.0.113.51')
    const rows = async () => (await countersOf(site)).length
    const before = await rows()
    expect((await signIn(stranger)).status).toBe(200)
    expect(await rows()).toBe(before)
  })
})

describe('the user', () => {
  it('who mistypes in a browser of theirs is slowed down on their own, and then comes in', async () => {
    const wrong = () => own.ask('POST', '/session', { email: tenant.email, password: 'mistyped, again' })
    for (let index = 0; index < 10; index++) expect((await wrong()).body.code).toBe('sign-in-refused')
    expect((await signIn(own)).body.code).toBe('sign-in-delayed')
    site.clock.advance(1000)
    expect((await signIn(own)).status).toBe(200)
    // Right once: nothing is held against them.
    for (let index = 0; index < 10; index++) expect((await wrong()).body.code).toBe('sign-in-refused')
  })

  it('is not known by the mark of another account, or by one made up', async () => {
    await tenant.api('POST', '/users', { email: 'eve@muster.example', roles: ['team'] })
    const eve = await registered(site, 'eve@muster.example')
    for (let index = 0; index < 5; index++) await guess(tenant.email, botnet(index))
    const asAdmin = { email: tenant.email, password: 'Eve guesses along' }
    expect((await eve.ask('POST', '/session', asAdmin)).body.code).toBe('sign-in-delayed')
    const forger = site.browser('198.51.100.77')
    for (const [name, value] of own.jar) forger.jar.set(name, `${value.slice(0, -4)}AAAA`)
    expect((await forger.ask('POST', '/session', asAdmin)).body.code).toBe('sign-in-delayed')
  })

  it('who forgot the password comes in by the link of the mail, in the middle of an attack', async () => {
    for (let index = 0; index < 7; index++) await guess(tenant.email, botnet(index))
    const fresh = site.browser('203.0.113.99')
    await fresh.ask('POST', '/password-resets', { email: tenant.email })
    await expect.poll(() => site.mail.mails.at(-1)?.text).toContain('/password-reset/')
    const token = /password-reset\/(\S+)/.exec(site.mail.mails.at(-1)?.text ?? '')?.[1]
    const answer = await fresh.ask('POST', `/password-resets/${token}`, {
      password: 'Segel Beton Mokka Fähre',
    })
    expect(answer.body).toMatchObject({ signedIn: true })
  })
})
