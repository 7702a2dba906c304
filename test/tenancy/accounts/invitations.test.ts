import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyOf } from '../../../functions/platform/store/table.ts'
import { emailName } from '../../../functions/tenancy/accounts/names.ts'
import { rightsOf } from '../../../functions/tenancy/rules/roles.ts'
import {
  accountsSite,
  linkIn,
  OPERATOR_TOKEN,
  PASSWORD,
  registered,
  type Site,
  tenantWithAdmin,
} from './site.ts'

const MINUTE = 60_000
const mia = 'mia@privat.example'
const entered = { firstName: 'Mia', lastName: 'Müller', password: PASSWORD }

let site: Site
let first: Awaited<ReturnType<typeof tenantWithAdmin>>
let second: Awaited<ReturnType<typeof tenantWithAdmin>>
beforeEach(async () => {
  site = accountsSite()
  first = await tenantWithAdmin(site)
  second = await tenantWithAdmin(site, 'Zweite AG', 'chef@zweite.example')
})
afterEach(() => site.close())

const invite = (tenant: typeof first, email = mia, over: object = {}) =>
  tenant.api('POST', '/users', { email, roles: ['team'], language: 'de', ...over })
const open = (token: string) => site.browser().ask('GET', `/invitations/${token}`)
const accept = (token: string) => site.browser().ask('POST', `/invitations/${token}`, entered)
/** Of each tenant's last mail. */
const linkOf = (tenant: typeof first) => {
  const mails = site.mail.mails.filter(({ subject }) =>
    subject.includes(tenant === first ? 'Muster' : 'Zweite'),
  )
  return linkIn(mails, mia)
}

/** What an answer tells, without ids and times. */
const toldBy = ({ status, body }: Awaited<ReturnType<typeof invite>>) => ({
  status,
  body: { ...body, id: '', email: '', createdAt: '', invitedUntil: '' },
})

describe('an invitation (A9)', () => {
  it('blocks nobody: those of several tenants stand side by side, and the one that is accepted takes the address', async () => {
    const here = await invite(first)
    const there = await invite(second)
    expect(toldBy(there)).toEqual(toldBy(here))
    const [link, other] = [linkOf(first), linkOf(second)]
    expect((await open(link)).body.tenantName).toBe('Muster GmbH')
    expect((await open(other)).body.tenantName).toBe('Zweite AG')
    expect((await accept(other)).body.tenant.name).toBe('Zweite AG')
    expect((await open(link)).body).toMatchObject({ code: 'invitation-address-taken', status: 409 })
    expect((await accept(link)).body.code).toBe('invitation-address-taken')
    // Free again, once the other account has gone by another address.
    await second.api('DELETE', `/users/${there.body.id}`)
    expect((await accept(link)).body.tenant.name).toBe('Muster GmbH')
  })

  it('of two that are accepted at once only one takes the address', async () => {
    await invite(first)
    await invite(second)
    const answers = await Promise.all([accept(linkOf(first)), accept(linkOf(second))])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
  })

  it('tells nobody whether an address is known elsewhere', async () => {
    await registered(site, second.email)
    await registered(site, first.email)
    const unknown = await invite(first, 'nobody@privat.example')
    const known = await invite(first, second.email)
    expect(toldBy(known)).toEqual(toldBy(unknown))
    const operator = site.program(OPERATOR_TOKEN)
    const asked = (email: string) =>
      operator('POST', `/tenants/${first.id}/admins`, { email, language: 'de' })
    expect((await asked(second.email)).status).toBe(201)
    // Nor does a change of address.
    const { body } = await invite(first)
    await registered(site, mia)
    const changed = await first.api('PATCH', `/users/${body.id}`, { email: second.email })
    expect(changed).toMatchObject({ status: 200, body: { newEmail: second.email } })
    const token = linkIn(site.mail.mails, second.email, 'email-confirmation')
    const confirmed = await site.browser().ask('POST', `/email-confirmations/${token}`)
    expect(confirmed.body.code).toBe('email-taken')
  })

  it('that is not finished is repeated: the same user, a new link, and what was chosen last', async () => {
    const one = await invite(first)
    const old = linkOf(first)
    const again = await invite(first, 'Mia@Privat.example', { roles: ['personal'], firstName: 'Mia' })
    expect(again).toMatchObject({
      status: 201,
      body: { id: one.body.id, roles: ['personal'], firstName: 'Mia' },
    })
    expect((await first.api('GET', '/users?search=mia')).body.total).toBe(1)
    expect((await open(old)).body.code).toBe('link-invalid')
    expect((await accept(linkOf(first))).status).toBe(200)
    expect((await invite(first)).body.code).toBe('email-taken')
  })

  it('is not repeated by who could not have given its rights', async () => {
    await invite(first, mia, { roles: ['admin'] })
    const before = linkOf(first)
    const newUser = { email: mia, roles: ['team' as const], language: 'de' as const }
    const lesser = { rights: rightsOf(['admin-terminal']) }
    await expect(site.accounts.invitations.invite(first.id, newUser, lesser)).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect((await open(before)).status).toBe(200)
  })

  it('of a user who is locked is refused, and says why', async () => {
    const { body } = await invite(first)
    await first.api('PATCH', `/users/${body.id}`, { locked: true })
    expect((await invite(first)).body.code).toBe('account-locked')
    expect((await first.api('POST', `/users/${body.id}/invitation`)).body.code).toBe('account-locked')
  })

  it('is one user, however many at once invite the same address', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => invite(first)))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect((await first.api('GET', '/users?search=mia')).body.total).toBe(1)
    expect((await invite(first)).body.id).toBe(answers[0]?.body.id)
    expect((await accept(linkOf(first))).status).toBe(200)
  })
})

/** As the version before left an invitation behind: it holds the address itself, and nothing else. */
async function asBefore(tenant: typeof first, id: string) {
  const name = emailName(mia)
  const { store } = site
  await store.delete('SignInNames', name, keyOf('invited', tenant.id), { kind: 'any' })
  const values = { tenantId: tenant.id, userId: id, claimedAt: site.clock.now() }
  await store.put('SignInNames', { partition: name, key: 'name', values }, { kind: 'any' })
  site.clock.advance(11 * MINUTE)
}

describe('an invitation of the version before', () => {
  it('is accepted, or repeated for the same user', async () => {
    const { body } = await invite(first)
    await asBefore(first, body.id)
    const again = await invite(first)
    expect(again).toMatchObject({ status: 201, body: { id: body.id } })
    await asBefore(first, body.id)
    expect((await accept(linkOf(first))).status).toBe(200)
  })

  it('blocks nobody either', async () => {
    const { body } = await invite(first)
    await asBefore(first, body.id)
    expect((await invite(second)).status).toBe(201)
    expect((await accept(linkOf(second))).status).toBe(200)
    expect((await accept(linkOf(first))).body.code).toBe('invitation-address-taken')
  })
})

describe('mails to somebody who did not ask for them', () => {
  it('are few, whoever has them sent, and the answer says when the next one may go', async () => {
    const codes = []
    for (let n = 0; n < 20; n++) codes.push((await invite(n % 2 === 0 ? first : second)).body.code)
    expect(codes.filter((code) => code === undefined)).toHaveLength(5)
    expect(site.mail.mails.filter(({ to }) => to === mia)).toHaveLength(5)
    const refused = await invite(first)
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'mail-limit', detail: expect.stringMatching(/\b30\b/) },
    })
    expect(refused.headers.get('retry-after')).toBe('1800')
    // Neither by another spelling of it, nor by the other ways to have a mail sent.
    expect((await invite(first, 'Mia+other@privat.example')).body.code).toBe('mail-limit')
    const { items } = (await first.api('GET', '/users?search=mia')).body
    expect((await first.api('POST', `/users/${items[0].id}/invitation`)).body.code).toBe('mail-limit')
    const owner = await registered(site, first.email)
    const ask = { email: mia, currentPassword: PASSWORD }
    expect((await owner.ask('PATCH', '/account', ask)).body.code).toBe('mail-limit')
    expect((await owner.ask('GET', '/session')).body.user.newEmail).toBeNull()
    // The last link that was sent is still good, and in time there are more.
    expect((await open(linkOf(second))).status).toBe(200)
    site.clock.advance(30 * MINUTE)
    expect((await invite(first)).status).toBe(201)
    expect((await invite(first)).body.code).toBe('mail-limit')
  })

  it('are limited for a tenant, whatever the addresses, and not for others', async () => {
    const codes = []
    for (let n = 0; n < 201; n++) codes.push((await invite(first, `n${n}@privat.example`)).body.code)
    expect(codes.indexOf('mail-limit')).toBeGreaterThan(195)
    expect((await first.api('GET', '/users?search=privat')).body.total).toBe(codes.indexOf('mail-limit'))
    expect((await invite(second)).status).toBe(201)
    site.clock.advance(MINUTE)
    expect((await invite(first)).status).toBe(201)
  })

  it('do not count when the mail server did not take them', async () => {
    site.mail.broken = true
    for (let n = 0; n < 8; n++) expect((await invite(first)).body.mail).toBe('failed')
    site.mail.broken = false
    expect((await invite(first)).body.mail).toBe('sent')
  })

  it('about forgotten passwords are few, too; the last link stays good, and the answer is always the same', async () => {
    await invite(first)
    await accept(linkOf(first))
    const stranger = site.browser()
    const resets = () => site.mail.mails.filter(({ text }) => text.includes('/password-reset/')).length
    for (let n = 0; n < 30; n++) {
      const answer = await stranger.ask('POST', '/password-resets', { email: mia })
      expect(answer).toMatchObject({ status: 202, body: { requested: true } })
      site.clock.advance(MINUTE)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(resets()).toBeLessThanOrEqual(9)
    const token = linkIn(site.mail.mails, mia, 'password-reset')
    const answer = await stranger.ask('POST', `/password-resets/${token}`, {
      password: 'Segel Beton Mokka Fähre',
    })
    expect(answer.status).toBe(200)
  })

  it('do not make a tenant that its operator never sees', async () => {
    for (let n = 0; n < 5; n++) await invite(first)
    const operator = site.program(OPERATOR_TOKEN)
    expect((await operator('POST', '/tenants', { name: 'Dritte', admin: mia })).body.code).toBe('mail-limit')
    expect((await operator('GET', '/tenants')).body.items).toHaveLength(2)
  })
})
