import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { apiOf, contentOf } from './api.ts'
import { describeInBrowser } from './in-browser.ts'
import { linkIn } from './mailbox.ts'
import { type PageOptions, type PortalPage, type PortalUnderTest, startPortal } from './portal.ts'

interface FormCase {
  readonly file: string
  readonly name: string
  readonly as?: NonNullable<PageOptions['as']>
  /** Where it is. */
  readonly path: string
  /** Opens it, gives it the fewest inputs that it takes, and sends it. */
  readonly send: (page: PortalPage) => Promise<void>
  /** What says that the hub has taken it. */
  readonly sent: string | RegExp
}

const press = (page: PortalPage, name: string | RegExp) =>
  page
    .getByRole('button', { name, exact: typeof name === 'string' })
    .first()
    .click()
const inDialog = (page: PortalPage, name: string | RegExp) =>
  page
    .locator('[role=dialog], [role=alertdialog]')
    .getByRole('button', { name, exact: typeof name === 'string' })
    .click()
const choose = async (page: PortalPage, menu: string | RegExp, item: string) => {
  await press(page, menu)
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

const forms: readonly FormCase[] = [
  {
    file: 'access/user-dialogs.tsx',
    name: 'invite a user',
    path: '/users',
    async send(page) {
      await press(page, 'Benutzer einladen')
      await page.getByLabel('E-Mail-Adresse').last().fill('einzeln@muster.example')
      await inDialog(page, 'Einladung senden')
    },
    sent: 'Die Einladung an einzeln@muster.example ist unterwegs.',
  },
  {
    file: 'access/user-dialogs.tsx',
    name: 'invite a user with another single role',
    path: '/users',
    async send(page) {
      await press(page, 'Benutzer einladen')
      await page.getByLabel('E-Mail-Adresse').last().fill('team@muster.example')
      await page.getByRole('checkbox', { name: /^Admin\s*Richtet/ }).uncheck()
      await page.getByRole('checkbox', { name: /^Teamerfassung/ }).check()
      await inDialog(page, 'Einladung senden')
    },
    sent: 'Die Einladung an team@muster.example ist unterwegs.',
  },
  {
    file: 'access/user-dialogs.tsx',
    name: 'edit a user',
    path: '/users',
    async send(page) {
      await choose(page, 'Aktionen für Anna Admin', 'Bearbeiten')
      await inDialog(page, 'Speichern')
    },
    sent: 'Die Änderungen sind gespeichert.',
  },
  {
    file: 'access/token-dialog.tsx',
    name: 'create a token with one role',
    path: '/tokens',
    async send(page) {
      await press(page, 'Token erstellen')
      await page.getByRole('textbox', { name: 'Name' }).fill('Terminal')
      await page.getByRole('checkbox', { name: /^Admin Terminal/ }).check()
      await inDialog(page, 'Erstellen')
    },
    sent: 'Ihr neues Token',
  },
  {
    file: 'tenants/create-dialog.tsx',
    name: 'create a company',
    as: 'operator',
    path: '/tenants',
    async send(page) {
      await press(page, 'Mandant anlegen')
      await page.getByLabel('Name der Firma').fill('Kurz AG')
      await page.getByLabel('E-Mail-Adresse des ersten Admins').fill('chef@kurz.example')
      await inDialog(page, 'Anlegen')
    },
    sent: '„Kurz AG“ ist angelegt',
  },
  {
    file: 'tenants/invite-dialog.tsx',
    name: 'invite an admin',
    as: 'operator',
    path: '/tenants',
    async send(page) {
      await press(page, 'Admin einladen: Muster GmbH')
      await page.getByLabel('E-Mail-Adresse').fill('zweite@muster.example')
      await inDialog(page, 'Einladung senden')
    },
    sent: 'Die Einladung an zweite@muster.example ist unterwegs.',
  },
  {
    file: 'tenants/licence-dialog.tsx',
    name: 'set a licence',
    as: 'operator',
    path: '/tenants',
    async send(page) {
      await press(page, 'Lizenz von Muster GmbH')
      await page.getByRole('switch').first().waitFor()
      await inDialog(page, 'Speichern')
    },
    sent: /Die Lizenz von Muster GmbH ist gespeichert/,
  },
  {
    file: 'hr/people/group-dialog.tsx',
    name: 'create a group',
    path: '/people/groups',
    async send(page) {
      await press(page, 'Gruppe anlegen')
      await page.getByLabel('Name der Gruppe').fill('Lager')
      await inDialog(page, 'Speichern')
    },
    sent: 'Die Gruppe „Lager“ ist gespeichert.',
  },
  {
    file: 'hr/people/bulk-dialog.tsx',
    name: 'bring people into a group',
    path: '/people',
    async send(page) {
      await page
        .getByRole('checkbox', { name: /auswählen$/ })
        .nth(1)
        .check()
      await choose(page, 'Aktion wählen', 'In Gruppe aufnehmen')
      await page.getByLabel('Gruppe').last().selectOption({ label: 'Montage' })
      await inDialog(page, 'Für eine Person ausführen')
    },
    sent: /Geändert: 1/,
  },
  {
    file: 'hr/people/person-edit.tsx',
    name: 'lock a person',
    path: '/people/:id',
    async send(page) {
      await page.getByRole('switch', { name: 'Gesperrt' }).click()
      await page.getByRole('button', { name: 'Speichern', exact: true }).click()
    },
    sent: 'Die Änderungen sind gespeichert.',
  },
  {
    file: 'hr/bookings/action-dialog.tsx',
    name: 'give up a booking',
    path: '/bookings?state=failed',
    async send(page) {
      await choose(page, /^Aktionen für /, 'Verwerfen …')
      await inDialog(page, 'Verwerfen')
    },
    sent: 'Die Buchung ist verworfen.',
  },
  {
    file: 'jobs/settings-section.tsx',
    name: 'change the level of a log',
    path: '/jobs/SysSageSync',
    async send(page) {
      await page.getByLabel('Protokollstufe').selectOption('warning')
      await page.getByRole('button', { name: 'Speichern', exact: true }).click()
    },
    sent: 'Die Einstellungen sind gespeichert.',
  },
  {
    file: 'variables/variable-form.tsx',
    name: 'change a variable',
    path: '/variables',
    async send(page) {
      await press(page, 'Benutzername ändern')
      await page.getByLabel('Benutzername', { exact: true }).fill('StegConnector')
      await press(page, 'Speichern')
    },
    sent: 'Benutzername wurde gespeichert.',
  },
  {
    file: 'account/profile-section.tsx',
    name: 'change the own name',
    path: '/account',
    async send(page) {
      await page.getByLabel('Vorname').fill('Anna')
      await page.getByRole('button', { name: 'Speichern', exact: true }).click()
    },
    sent: 'Ihre Angaben wurden gespeichert.',
  },
  {
    file: 'session/forgotten-password-page.tsx',
    name: 'ask for a new password',
    as: 'nobody',
    path: '/forgotten-password',
    async send(page) {
      await page.getByLabel('E-Mail-Adresse').fill('niemand@muster.example')
      await press(page, 'Link anfordern')
    },
    sent: /ist die E-Mail unterwegs/,
  },
  {
    file: 'session/operator-form.tsx',
    name: 'sign in as the operator',
    as: 'nobody',
    path: '/sign-in',
    async send(page) {
      await press(page, 'Als Betreiber anmelden')
      await page.getByLabel('Betreiber-Token').fill(portal.platform.operatorToken)
      await press(page, 'Anmelden')
    },
    sent: 'Jeder Mandant ist eine Firma mit eigenen Daten, Benutzern und Agenten.',
  },
  {
    file: 'session/registration-form.tsx',
    name: 'register',
    as: 'nobody',
    path: '/invitation/:token',
    async send(page) {
      await page.getByLabel('Vorname').fill('Neu')
      await page.getByLabel('Nachname').fill('Neumann')
      await page.locator('input[autocomplete=new-password]').fill('Segel Beton Mokka Fähre')
      await press(page, 'Konto anlegen')
    },
    sent: 'Muster GmbH',
  },
  {
    file: 'session/password-form.tsx',
    name: 'sign in with a password',
    as: 'nobody',
    path: '/sign-in',
    async send(page) {
      await page.getByLabel('E-Mail-Adresse').fill('neu@muster.example')
      await page.getByLabel('Passwort').first().fill('Segel Beton Mokka Fähre')
      await press(page, 'Anmelden')
    },
    sent: 'Muster GmbH',
  },
  {
    file: 'account/password-section.tsx',
    name: 'change the own password',
    path: '/account',
    async send(page) {
      await page.getByLabel('Bisheriges Passwort').fill(portal.demo.password)
      await page.locator('input[autocomplete=new-password]').fill('Segel Beton Mokka Fähre')
      await press(page, 'Passwort ändern')
    },
    sent: /Ihr Passwort wurde geändert/,
  },
  {
    file: 'session/password-reset-page.tsx',
    name: 'set a forgotten password',
    as: 'nobody',
    path: '/password-reset/:token',
    async send(page) {
      await page.locator('input[autocomplete=new-password]').fill('Anker Wolke Besen Tinte')
      await press(page, 'Passwort festlegen')
    },
    sent: 'Muster GmbH',
  },
  {
    file: 'account/email-section.tsx',
    name: 'change the own address',
    path: '/account',
    async send(page) {
      await page.getByRole('textbox', { name: 'E-Mail-Adresse' }).fill('anna.neu@muster.example')
      await page.getByLabel('Passwort zur Bestätigung').fill('Segel Beton Mokka Fähre')
      await press(page, 'Adresse ändern')
    },
    sent: /An anna.neu@muster.example wurde eine E-Mail geschickt/,
  },
  {
    file: 'session/email-confirmation-page.tsx',
    name: 'confirm an address',
    as: 'nobody',
    path: '/email-confirmation/:token',
    send: (page) => press(page, 'Adresse bestätigen'),
    sent: /Die Adresse anna.neu@muster.example ist bestätigt/,
  },
  {
    file: 'session/address-restoration-page.tsx',
    name: 'take a change of address back',
    as: 'nobody',
    path: '/address-restoration/:token',
    send: (page) => press(page, 'Änderung zurücknehmen'),
    sent: 'Neues Passwort',
  },
]

let portal: PortalUnderTest

it('every form of the portal is tried', async () => {
  const root = fileURLToPath(new URL('../../portal/', import.meta.url))
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.tsx')).toSorted()
  const having = []
  for (const name of files) {
    // The pieces of `ui` are frames of forms, not forms.
    if (name.startsWith('ui/')) continue
    const text = await readFile(`${root}${name}`, 'utf8')
    if (/<form\b|<Form\b|<FormDialog\b|<WorkDialog\b/.test(text)) having.push(name)
  }
  expect([...new Set(forms.map(({ file }) => file))].toSorted()).toEqual(having)
})

describeInBrowser('each form, with the fewest inputs that it takes', () => {
  beforeAll(async () => {
    portal = await startPortal(['--people', '5'])
    const api = apiOf(portal)
    await contentOf(api.POST('/api/v1/groups', { body: { name: 'Montage' } }))
    await contentOf(
      api.POST('/api/v1/bookings', {
        body: {
          items: [{ id: 'unbekannt', externalToken: '9_9', type: 'come', time: '2026-11-20T08:00:00+01:00' }],
        },
      }),
    )
    await contentOf(
      api.POST('/api/v1/users', {
        body: { email: 'neu@muster.example', roles: ['team'], scope: { kind: 'everyone' }, language: 'de' },
      }),
    )
  })
  afterAll(() => portal?.close())

  async function addressOf(path: string): Promise<string> {
    if (path === '/people/:id') {
      const { items } = await contentOf(
        apiOf(portal).GET('/api/v1/people', { params: { query: { limit: 1 } } }),
      )
      return `/people/${items[0]?.id}`
    }
    if (path === '/invitation/:token') {
      return new URL(await linkIn(portal.mailbox, 'neu@muster.example', 'invitation')).pathname
    }
    if (path === '/password-reset/:token') {
      const { status } = await fetch(`${portal.url}/api/v1/password-resets`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: portal.url },
        body: JSON.stringify({ email: 'neu@muster.example' }),
      })
      expect(status).toBeLessThan(300)
      return new URL(await linkIn(portal.mailbox, 'neu@muster.example', 'password-reset')).pathname
    }
    if (path === '/email-confirmation/:token') {
      return new URL(await linkIn(portal.mailbox, 'anna.neu@muster.example', 'email-confirmation')).pathname
    }
    if (path === '/address-restoration/:token') {
      return new URL(await linkIn(portal.mailbox, portal.demo.email, 'address-restoration')).pathname
    }
    return path
  }

  it.each(forms)('$name', async ({ as = 'admin', path, send, sent }) => {
    const page = await portal.open(await addressOf(path), { as })
    await send(page)
    await page.getByText(sent).first().waitFor({ timeout: 15_000 })
    await page.context().close()
  })
})
