import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accountsSite, linkIn, PASSWORD, registered, type Site, tenantWithAdmin } from './site.ts'

const next = 'Segel Beton Mokka Fähre'
const evil = 'evil@elsewhere.example'
const DAY = 24 * 3_600_000

let site: Site
let tenant: Awaited<ReturnType<typeof tenantWithAdmin>>
let owner: Awaited<ReturnType<typeof registered>>
beforeEach(async () => {
  site = accountsSite()
  tenant = await tenantWithAdmin(site)
  owner = await registered(site, tenant.email)
})
afterEach(() => site.close())

const signIn = async (email: string, password: string) =>
  site.browser('203.0.113.99').ask('POST', '/session', { email, password })
const askFor = (email: string, currentPassword = PASSWORD) =>
  owner.ask('PATCH', '/account', { email, currentPassword })
const confirm = (email: string, browser = site.browser()) =>
  browser.ask('POST', `/email-confirmations/${linkIn(site.mail.mails, email, 'email-confirmation')}`)
const undo = (token: string) => site.browser().ask('POST', `/address-restorations/${token}`)
const undoLink = (email: string) => linkIn(site.mail.mails, email, 'address-restoration')
const lastRecord = async (action: string) =>
  (await tenant.api('GET', `/audit?action=${action}&limit=1`)).body.items[0]

async function reset(email: string) {
  const before = site.mail.mails.length
  await site.browser().ask('POST', '/password-resets', { email })
  await expect.poll(() => site.mail.mails.length).toBe(before + 1)
  return linkIn(site.mail.mails, email, 'password-reset')
}

describe('a change of address that waits (A9)', () => {
  const ends: readonly [string, string, () => Promise<unknown>][] = [
    [
      'a reset of the password',
      'resetPassword',
      async () => {
        const token = await reset(tenant.email)
        return site.browser().ask('POST', `/password-resets/${token}`, { password: next })
      },
    ],
    [
      'a change of the password',
      'changePassword',
      () => owner.ask('PUT', '/account/password', { current: PASSWORD, next }),
    ],
  ]
  it.each(ends)('ends with %s, and the audit log says so', async (_, action, end) => {
    await askFor(evil)
    await end()
    expect((await confirm(evil)).body.code).toBe('link-invalid')
    expect((await lastRecord(action)).details).toMatchObject({ voided: expect.stringContaining('newEmail') })
    expect((await signIn(tenant.email, next)).body.user).toMatchObject({ newEmail: null })
  })

  it('ends with the lock, as do a link for a new password and an open invitation', async () => {
    const mia = 'mia@muster.example'
    const { body } = await tenant.api('POST', '/users', { email: mia, roles: ['team'] })
    const invitation = linkIn(site.mail.mails, mia)
    await tenant.api('PATCH', `/users/${body.id}`, { locked: true })
    expect((await lastRecord('editUser')).details).toEqual({ voided: 'invitation' })
    site.clock.advance(1)
    await tenant.api('PATCH', `/users/${body.id}`, { locked: false })
    const opened = await site.browser().ask('GET', `/invitations/${invitation}`)
    expect(opened.body.code).toBe('link-invalid')
    expect((await lastRecord('editUser')).details).toEqual({})
    await tenant.api('POST', `/users/${body.id}/invitation`)
    const browser = await registered(site, mia)
    await browser.ask('PATCH', '/account', { email: evil, currentPassword: PASSWORD })
    const resetLink = await reset(mia)
    site.clock.advance(1)
    await tenant.api('PATCH', `/users/${body.id}`, { locked: true })
    expect((await lastRecord('editUser')).details).toEqual({ voided: 'reset, newEmail' })
    await tenant.api('PATCH', `/users/${body.id}`, { locked: false })
    expect((await confirm(evil)).body.code).toBe('link-invalid')
    const late = await site.browser().ask('POST', `/password-resets/${resetLink}`, { password: next })
    expect(late.body.code).toBe('link-invalid')
  })
})

describe('a new address', () => {
  it('counts only when the link in the mail to it comes back', async () => {
    const browser = owner
    const asked = await browser.ask('PATCH', '/account', {
      email: 'neu@muster.example',
      currentPassword: PASSWORD,
      firstName: 'Gabriele',
    })
    expect(asked.body.user).toMatchObject({
      email: tenant.email,
      newEmail: 'neu@muster.example',
      firstName: 'Gabriele',
    })
    expect(
      (await browser.ask('POST', '/session', { email: 'neu@muster.example', password: PASSWORD })).body.code,
    ).toBe('sign-in-refused')
    const token = linkIn(site.mail.mails, 'neu@muster.example', 'email-confirmation')
    expect((await site.browser().ask('POST', `/email-confirmations/${token}`)).body).toEqual({
      email: 'neu@muster.example',
    })
    expect((await site.browser().ask('POST', `/email-confirmations/${token}`)).body.code).toBe('link-invalid')
    expect(
      (await browser.ask('POST', '/session', { email: tenant.email, password: PASSWORD })).body.code,
    ).toBe('sign-in-refused')
    expect(
      (await browser.ask('POST', '/session', { email: 'neu@muster.example', password: PASSWORD })).status,
    ).toBe(200)
    // The old address is free again.
    expect((await tenant.api('POST', '/users', { email: tenant.email, roles: ['team'] })).status).toBe(201)
  })

  it('needs the password, however often somebody without it tries', async () => {
    expect((await owner.ask('PATCH', '/account', { email: evil })).body.code).toBe('password-needed')
    const before = site.mail.mails.length
    const codes = []
    for (let n = 0; n < 12; n++) codes.push((await askFor(evil, `a guess of number ${n}`)).body.code)
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('password-wrong'))
    expect(codes.slice(10)).toEqual(Array(2).fill('sign-in-delayed'))
    expect(site.mail.mails).toHaveLength(before)
    expect((await owner.ask('GET', '/session')).body.user.newEmail).toBeNull()
  })

  it('is not had either by way of the list of users, for oneself', async () => {
    const answer = await owner.ask('PATCH', `/users/${tenant.adminId}`, { email: evil, firstName: 'Eve' })
    expect(answer.body.code).toBe('password-needed')
    expect((await owner.ask('GET', '/session')).body.user.firstName).toBe('Gabi')
  })

  it('of which the mails did not go is not asked for, and does not count', async () => {
    site.mail.broken = true
    for (let n = 0; n < 12; n++) expect((await askFor('neu@muster.example')).body.code).toBe('mail-failed')
    site.mail.broken = false
    expect((await owner.ask('GET', '/session')).body.user.newEmail).toBeNull()
    expect((await askFor('neu@muster.example')).body.user.newEmail).toBe('neu@muster.example')
  })

  it('needs no password when it is the one of now', async () => {
    const same = await owner.ask('PATCH', '/account', { email: tenant.email.toUpperCase(), firstName: 'Ida' })
    expect(same).toMatchObject({ status: 200, body: { user: { firstName: 'Ida' } } })
  })

  it('ends all sessions but the one in which it is confirmed', async () => {
    const other = site.browser()
    await other.ask('POST', '/session', { email: tenant.email, password: PASSWORD })
    await askFor('neu@muster.example')
    expect((await other.ask('GET', '/sessions')).status).toBe(200)
    expect((await confirm('neu@muster.example', owner)).status).toBe(200)
    expect((await other.ask('GET', '/sessions')).status).toBe(401)
    expect((await owner.ask('GET', '/sessions')).body.items).toHaveLength(1)
    // In a browser of nobody, or of somebody else: all of them.
    const mia = 'mia@muster.example'
    await tenant.api('POST', '/users', { email: mia, roles: ['team'] })
    const stranger = await registered(site, mia)
    await askFor('neuer@muster.example')
    await confirm('neuer@muster.example', stranger)
    expect((await owner.ask('GET', '/sessions')).status).toBe(401)
    expect((await stranger.ask('GET', '/sessions')).body.items).toHaveLength(1)
  })
})

describe('the old address', () => {
  it('is told, and takes a change back before it counts', async () => {
    await askFor(evil)
    const mail = site.mail.mails.findLast(({ to }) => to === tenant.email)
    expect(mail?.text).toContain(evil)
    const token = undoLink(tenant.email)
    expect((await undo(token)).body).toMatchObject({ email: tenant.email })
    expect((await confirm(evil)).body.code).toBe('link-invalid')
    expect((await owner.ask('GET', '/sessions')).status).toBe(401)
    expect((await signIn(tenant.email, PASSWORD)).body.code).toBe('sign-in-refused')
    expect((await undo(token)).body.code).toBe('link-invalid')
  })

  it('comes back after the change, with a new password and no session of before', async () => {
    await askFor(evil)
    const token = undoLink(tenant.email)
    const thief = site.browser()
    await confirm(evil)
    await thief.ask('POST', '/session', { email: evil, password: PASSWORD })
    const waiting = await reset(evil)
    site.clock.advance(7 * DAY - 10_000)
    await thief.ask('POST', '/session', { email: evil, password: PASSWORD })
    const { body } = await undo(token)
    expect(body).toEqual({ email: tenant.email, passwordReset: expect.stringMatching(/^steg_reset_/) })
    expect((await thief.ask('GET', '/sessions')).status).toBe(401)
    expect((await signIn(evil, PASSWORD)).body.code).toBe('sign-in-refused')
    expect((await signIn(tenant.email, PASSWORD)).body.code).toBe('sign-in-refused')
    const taken = await site.browser().ask('POST', `/password-resets/${waiting}`, { password: next })
    expect(taken.body.code).toBe('link-invalid')
    const back = await site
      .browser()
      .ask('POST', `/password-resets/${body.passwordReset}`, { password: next })
    expect(back.body).toMatchObject({ signedIn: true, user: { email: tenant.email } })
    expect((await signIn(tenant.email, next)).status).toBe(200)
    expect(await lastRecord('restoreAddress')).toMatchObject({
      actor: { id: tenant.adminId },
      outcome: 'done',
    })
  })

  it('cannot be brought back after seven days', async () => {
    await askFor(evil)
    await confirm(evil)
    site.clock.advance(7 * DAY)
    expect((await undo(undoLink(tenant.email))).body.code).toBe('link-invalid')
  })

  it('comes back over further changes, whose own links are then worth nothing', async () => {
    await askFor(evil)
    const first = undoLink(tenant.email)
    await confirm(evil, owner)
    await askFor('worse@elsewhere.example')
    const second = undoLink(evil)
    await confirm('worse@elsewhere.example', owner)
    expect((await undo(first)).body.email).toBe(tenant.email)
    expect((await undo(second)).body.code).toBe('link-invalid')
  })

  it('is not pushed out by many changes that are asked for', async () => {
    await askFor(evil)
    const first = undoLink(tenant.email)
    const codes = []
    for (let n = 0; n < 15; n++) codes.push((await askFor(`evil${n}@elsewhere.example`)).body.code)
    expect(codes.at(-1)).toBe('address-change-limit')
    await confirm(`evil${codes.lastIndexOf(undefined)}@elsewhere.example`)
    expect((await undo(first)).body.email).toBe(tenant.email)
  })

  it('comes back for who is locked, and they stay locked', async () => {
    const mia = 'mia@muster.example'
    const { body } = await tenant.api('POST', '/users', { email: mia, roles: ['team'] })
    await registered(site, mia)
    await tenant.api('PATCH', `/users/${body.id}`, { email: evil })
    await confirm(evil)
    await tenant.api('PATCH', `/users/${body.id}`, { locked: true })
    expect((await undo(undoLink(mia))).body).toEqual({ email: mia, passwordReset: null })
    expect((await tenant.api('GET', `/users/${body.id}`)).body).toMatchObject({ email: mia, state: 'locked' })
  })
})
