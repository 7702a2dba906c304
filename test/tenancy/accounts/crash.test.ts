import { afterEach, describe, expect, it } from 'vitest'
import type { Death } from '../../jobs/failing-store.ts'
import { dyingStore } from '../../jobs/failing-store.ts'
import {
  type Answer,
  accountsSite,
  linkIn,
  PASSWORD,
  registered,
  type Site,
  tenantWithAdmin,
} from './site.ts'

const next = 'Segel Beton Mokka Fähre'
const names = { firstName: 'Mia', lastName: 'Müller' }
const mia = 'mia@muster.example'
const minutes = (count: number) => count * 60_000

/** What is there before the hub dies: an admin who is registered, and Mia, who is or is not. */
interface Scene {
  readonly site: Site
  readonly admin: Awaited<ReturnType<typeof registered>>
  readonly adminEmail: string
  readonly adminId: string
  readonly miaId: string
  readonly link: string
}

interface UseCase {
  readonly name: string
  /** What came before. @returns the token of the mail that it is about */
  readonly before: (scene: Scene) => Promise<string>
  /** The request, over the hub that dies. */
  readonly request: (scene: Scene, hub: ReturnType<Site['hub']>) => Promise<Answer>
  /** Asked again of a hub that lives: right from the start, or already done. */
  readonly again: (string | number)[]
  /** What holds in the end, whenever it died. */
  readonly after: (scene: Scene) => Promise<void>
}

const nothing = async () => ''
const session = (site: Site, email: string, password: string) =>
  site.browser().ask('POST', '/session', { email, password })

const register = (site: Site, link: string) =>
  site.browser().ask('POST', `/invitations/${link}`, { ...names, password: PASSWORD })

/** As the same browser, but at a hub that dies. */
function at(scene: Scene, hub: ReturnType<Site['hub']>) {
  const browser = scene.site.browser('203.0.113.7', hub)
  for (const [name, value] of scene.admin.jar) browser.jar.set(name, value)
  return browser
}

async function invited({ site, admin }: Pick<Scene, 'site' | 'admin'>) {
  const { body } = await admin.ask('POST', '/users', { email: mia, roles: ['admin'] })
  return { id: String(body.id), link: linkIn(site.mail.mails, mia) }
}

const useCases: readonly UseCase[] = [
  {
    name: 'invite',
    before: nothing,
    request: async (scene, hub) => {
      const csrf = (await scene.admin.ask('GET', '/session')).body.csrfToken
      const wanted = { email: 'neu@muster.example', roles: ['team'] }
      return at(scene, hub).ask('POST', '/users', wanted, { 'x-steg-csrf': csrf })
    },
    again: [201],
    async after({ site, admin }) {
      const { body } = await admin.ask('GET', '/users?search=neu%40')
      expect(body.total).toBe(1)
      const user = body.items[0]
      // Whatever became of the mail: a new one leads in.
      expect((await admin.ask('POST', `/users/${user.id}/invitation`)).body.mail).toBe('sent')
      const token = linkIn(site.mail.mails, 'neu@muster.example')
      expect((await register(site, token)).status).toBe(200)
    },
  },
  {
    name: 'repeat an invitation',
    before: async ({ link }) => link,
    request: async (scene, hub) => {
      const csrf = (await scene.admin.ask('GET', '/session')).body.csrfToken
      const wanted = { email: mia, roles: ['team'] }
      return at(scene, hub).ask('POST', '/users', wanted, { 'x-steg-csrf': csrf })
    },
    again: [201],
    async after({ site, admin, miaId, link }) {
      const { body } = await admin.ask('GET', '/users?search=mia%40')
      expect(body).toMatchObject({ total: 1, items: [{ id: miaId, roles: ['team'] }] })
      expect((await register(site, link)).body.code).toBe('link-invalid')
      expect((await register(site, linkIn(site.mail.mails, mia))).status).toBe(200)
    },
  },
  {
    name: 'accept one of two tenants',
    async before({ site, link }) {
      await tenantWithAdmin(site, 'Zweite AG', mia)
      return link
    },
    request: ({ site, link }, hub) =>
      site.browser('203.0.113.8', hub).ask('POST', `/invitations/${link}`, { ...names, password: PASSWORD }),
    again: [200, 'link-invalid'],
    async after({ site, link }) {
      expect((await session(site, mia, PASSWORD)).body.tenant.name).toBe('Muster GmbH')
      const other = linkIn(site.mail.mails, mia)
      expect(other).not.toBe(link)
      expect((await register(site, other)).body.code).toBe('invitation-address-taken')
    },
  },
  {
    name: 'register',
    before: async ({ link }) => link,
    request: ({ site, link }, hub) =>
      site.browser('203.0.113.8', hub).ask('POST', `/invitations/${link}`, { ...names, password: PASSWORD }),
    again: [200, 'link-invalid'],
    async after({ site, link }) {
      expect((await session(site, mia, PASSWORD)).status).toBe(200)
      const other = { ...names, password: next }
      expect((await site.browser().ask('POST', `/invitations/${link}`, other)).body.code).toBe('link-invalid')
      expect((await session(site, mia, next)).body.code).toBe('sign-in-refused')
    },
  },
  {
    name: 'confirm a new address',
    async before({ site, admin, miaId, link }) {
      await register(site, link)
      await admin.ask('PATCH', `/users/${miaId}`, { email: 'neu@muster.example' })
      return linkIn(site.mail.mails, 'neu@muster.example', 'email-confirmation')
    },
    request: ({ site }, hub) => {
      const token = linkIn(site.mail.mails, 'neu@muster.example', 'email-confirmation')
      return site.browser('203.0.113.8', hub).ask('POST', `/email-confirmations/${token}`)
    },
    again: [200, 'link-invalid'],
    async after({ site, admin }) {
      expect((await session(site, 'neu@muster.example', PASSWORD)).status).toBe(200)
      expect((await session(site, mia, PASSWORD)).body.code).toBe('sign-in-refused')
      // The address that was given up is free, at the latest when nobody can be at it any more.
      site.clock.advance(minutes(11))
      expect((await admin.ask('POST', '/users', { email: mia, roles: ['team'] })).status).toBe(201)
    },
  },
  {
    name: 'ask for a new address',
    async before({ site, link }) {
      await register(site, link)
      return ''
    },
    request: async (scene, hub) => {
      const csrf = (await scene.admin.ask('GET', '/session')).body.csrfToken
      const change = { email: 'neu@muster.example' }
      return at(scene, hub).ask('PATCH', `/users/${scene.miaId}`, change, { 'x-steg-csrf': csrf })
    },
    again: [200],
    async after({ site }) {
      const mailed = (to: string) => site.mail.mails.filter((mail) => mail.to === to).length
      // Nobody is asked at the new address without the old one being told.
      expect(mailed('neu@muster.example')).toBeLessThan(mailed(mia))
      const token = linkIn(site.mail.mails, 'neu@muster.example', 'email-confirmation')
      expect((await site.browser().ask('POST', `/email-confirmations/${token}`)).status).toBe(200)
      const undo = linkIn(site.mail.mails, mia, 'address-restoration')
      expect((await site.browser().ask('POST', `/address-restorations/${undo}`)).status).toBe(200)
    },
  },
  {
    name: 'take a new address back',
    async before({ site, admin, miaId, link }) {
      await register(site, link)
      await admin.ask('PATCH', `/users/${miaId}`, { email: 'neu@muster.example' })
      const token = linkIn(site.mail.mails, 'neu@muster.example', 'email-confirmation')
      await site.browser().ask('POST', `/email-confirmations/${token}`)
      return ''
    },
    request: ({ site }, hub) => {
      const token = linkIn(site.mail.mails, mia, 'address-restoration')
      return site.browser('203.0.113.8', hub).ask('POST', `/address-restorations/${token}`)
    },
    again: [200, 'link-invalid'],
    async after({ site }) {
      for (const email of [mia, 'neu@muster.example']) {
        expect((await session(site, email, PASSWORD)).body.code).toBe('sign-in-refused')
      }
      // A minute between two mails with such a link.
      site.clock.advance(minutes(1))
      const before = site.mail.mails.length
      await site.browser().ask('POST', '/password-resets', { email: mia })
      await expect.poll(() => site.mail.mails.length).toBe(before + 1)
      const token = linkIn(site.mail.mails, mia, 'password-reset')
      await site.browser().ask('POST', `/password-resets/${token}`, { password: next })
      expect((await session(site, mia, next)).status).toBe(200)
    },
  },
  {
    name: 'reset a password',
    async before({ site, link }) {
      await register(site, link)
      await site.browser().ask('POST', '/password-resets', { email: mia })
      await expect.poll(() => site.mail.mails.at(-1)?.text).toContain('/password-reset/')
      return ''
    },
    request: ({ site }, hub) => {
      const token = linkIn(site.mail.mails, mia, 'password-reset')
      return site.browser('203.0.113.8', hub).ask('POST', `/password-resets/${token}`, { password: next })
    },
    again: [200, 'link-invalid'],
    async after({ site }) {
      expect((await session(site, mia, PASSWORD)).body.code).toBe('sign-in-refused')
      expect((await session(site, mia, next)).status).toBe(200)
    },
  },
  {
    name: 'lock',
    async before({ site, link }) {
      await register(site, link)
      return ''
    },
    request: async (scene, hub) => {
      const csrf = (await scene.admin.ask('GET', '/session')).body.csrfToken
      return at(scene, hub).ask('PATCH', `/users/${scene.miaId}`, { locked: true }, { 'x-steg-csrf': csrf })
    },
    again: [200],
    async after({ site }) {
      expect((await session(site, mia, PASSWORD)).body.code).toBe('account-locked')
    },
  },
  {
    name: 'remove a user',
    async before({ site, link }) {
      await register(site, link)
      return ''
    },
    request: async (scene, hub) => {
      const csrf = (await scene.admin.ask('GET', '/session')).body.csrfToken
      return at(scene, hub).ask('DELETE', `/users/${scene.miaId}`, undefined, { 'x-steg-csrf': csrf })
    },
    again: [204, 'not-found'],
    async after({ site, admin }) {
      expect((await session(site, mia, PASSWORD)).body.code).toBe('sign-in-refused')
      site.clock.advance(minutes(11))
      expect((await admin.ask('POST', '/users', { email: mia, roles: ['team'] })).status).toBe(201)
    },
  },
]

const sites: Site[] = []
afterEach(() => {
  for (const site of sites.splice(0)) site.close()
})

async function scene(name: string): Promise<Scene> {
  const site = accountsSite()
  sites.push(site)
  const { email, adminId } = await tenantWithAdmin(site)
  const admin = await registered(site, email)
  const { id, link } = name === 'invite' ? { id: '', link: '' } : await invited({ site, admin })
  return { site, admin, adminEmail: email, adminId, miaId: id, link }
}

describe('a hub that dies on the way (A9)', () => {
  describe.each(useCases)('$name', ({ name, before, request, again, after }) => {
    it.each<Death>(['before', 'after'])('%s each of its operations', async (death) => {
      for (let n = 1; ; n++) {
        const here = await scene(name)
        await before(here)
        const dying = dyingStore(here.site.store, n, death)
        const answer = await request(here, here.site.hub(dying.store)).catch(() => undefined)
        const repeated = await request(here, here.site.hub())
        expect(again, `operation ${n}: ${JSON.stringify(repeated.body)}`).toContain(
          repeated.body?.code ?? repeated.status,
        )
        await after(here)
        const state = '/users?role=admin&state=active&search=admin%40'
        expect((await here.admin.ask('GET', state)).body.total, `operation ${n}`).toBe(1)
        if (dying.operations() < n) {
          expect(answer?.status, 'when it lives').toBeLessThan(300)
          expect(n).toBeGreaterThan(3)
          break
        }
      }
    })
  })

  it('of the last admins only one can go, wherever the hub died in between', async () => {
    for (let n = 1; n < 12; n++) {
      const here = await scene('remove')
      await here.site.browser().ask('POST', `/invitations/${here.link}`, { ...names, password: PASSWORD })
      const csrf = (await here.admin.ask('GET', '/session')).body.csrfToken
      const dying = dyingStore(here.site.store, n, n % 2 === 0 ? 'before' : 'after')
      await at(here, here.site.hub(dying.store))
        .ask('DELETE', `/users/${here.miaId}`, undefined, { 'x-steg-csrf': csrf })
        .catch(() => undefined)
      await here.admin.ask('DELETE', `/users/${here.miaId}`)
      const last = await here.admin.ask('PATCH', `/users/${here.adminId}`, { roles: ['team'] })
      expect(last.body.code, `operation ${n}`).toBe('last-admin')
    }
  })
})
