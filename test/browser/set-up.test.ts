import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SageSimulator } from '../../infra/local/sage/simulator.ts'
import { temporaryFolder } from '../system/platform.ts'
import { PASSWORD, startSage } from '../system/tenant.ts'
import { describeInBrowser } from './in-browser.ts'
import { linkIn } from './mailbox.ts'
import { type PortalPage, type PortalUnderTest, startPortal } from './portal.ts'

const EMAIL = 'chefin@neue-firma.example'
const PEOPLE = 12

/** What a person does in a terminal: goes into a folder, pastes, and leaves it running. */
function paste(command: string, folder: string): ChildProcess {
  return spawn('bash', ['-c', command], { cwd: folder, stdio: 'ignore', detached: true })
}

/** Milliseconds for what waits for other programs, on a machine that is busy. */
const PATIENT = { timeout: 60_000 }

describeInBrowser('the first set-up of a company', () => {
  let portal: PortalUnderTest
  let sage: SageSimulator
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let terminal: ChildProcess | undefined
  let page: PortalPage
  beforeAll(async () => {
    portal = await startPortal(['--people', '1'])
    sage = await startSage(PEOPLE)
    folder = await temporaryFolder()
  })
  afterAll(async () => {
    if (terminal?.pid !== undefined && terminal.exitCode === null) {
      const ended = once(terminal, 'exit')
      process.kill(-terminal.pid, 'SIGTERM')
      await ended
    }
    await portal?.close()
    await sage?.close()
    await folder?.remove()
  })

  const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true })
  const goTo = (name: string) =>
    page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name }).click()

  async function setVariable(title: string, value: string): Promise<void> {
    await button(`${title} ändern`).click()
    const field = page.getByLabel(title, { exact: true })
    await field.fill(value)
    await button('Speichern').click()
    await field.waitFor({ state: 'detached' })
  }

  it('goes by clicking alone, from the invitation to people who come by themselves', {
    timeout: 300_000,
  }, async () => {
    // The operator creates the company and invites its admin.
    page = await portal.open('/', { as: 'operator' })
    await button('Mandant anlegen').first().click()
    await page.getByLabel('Name der Firma').fill('Neue Firma AG')
    await page.getByLabel('E-Mail-Adresse des ersten Admins').fill(EMAIL)
    await button('Anlegen').click()
    await page.getByText('„Neue Firma AG“ ist angelegt').waitFor()

    // She follows the link in the mail and registers.
    const link = new URL(await linkIn(portal.mailbox, EMAIL, 'invitation'))
    page = await portal.open(link.pathname, { as: 'nobody' })
    await page.getByText('Sie wurden zu Neue Firma AG eingeladen').waitFor()
    await page.getByLabel('Vorname').fill('Carla')
    await page.getByLabel('Nachname').fill('Chefin')
    await page.locator('input[autocomplete=new-password]').fill('kurz')
    await button('Konto anlegen').click()
    await page
      .getByText(/12 Zeichen/)
      .first()
      .waitFor()
    await page.locator('input[autocomplete=new-password]').fill('Segel Beton Mokka Fähre')
    await button('Konto anlegen').click()
    await page.getByRole('heading', { name: 'Neue Firma AG' }).waitFor()

    // The first thing that is missing: how to reach Sage.
    await page.getByRole('main').getByRole('link', { name: 'Zugang zu Sage eintragen' }).click()
    await setVariable('Adresse des Sage-Servers', `${sage.url}`)
    await setVariable('Benutzername', 'StegConnector')
    await setVariable('Passwort', 'falsch')
    expect(await page.getByText('falsch').count()).toBe(0)
    await button('Verbindung prüfen').click()
    await page.getByText('Sage ist so nicht erreichbar').waitFor()
    await page.getByText(/Agent/).first().waitFor()

    // The next thing: an agent, and the moment at which it connects.
    await goTo('Start')
    await page.getByRole('main').getByRole('link', { name: 'Agenten installieren' }).click()
    const dialog = page.getByRole('dialog', { name: 'Agent hinzufügen' })
    await dialog.getByRole('button', { name: 'Zugangstoken erzeugen' }).click()
    await dialog.getByText('Warte auf den Agenten').waitFor()
    const command = (await dialog.locator('pre').nth(1).textContent()) ?? ''
    terminal = paste(command, folder.path)
    await dialog.getByText(/ist verbunden/).waitFor(PATIENT)
    await dialog.getByRole('button', { name: 'Schließen' }).click()
    await page.getByRole('main').getByText('Verbunden').waitFor()

    // The wrong password is found, and mended.
    await goTo('Variablen')
    await button('Verbindung prüfen').click()
    await page.getByText('Anmeldung bei Sage').waitFor(PATIENT)
    await page.getByText('Sage ist so nicht erreichbar').waitFor(PATIENT)
    await setVariable('Passwort', PASSWORD)
    await button('Verbindung prüfen').click()
    await page.getByText(`Sage nennt ${PEOPLE} Personen`).waitFor(PATIENT)

    // The schedule is there already; the first people come at once.
    await goTo('Start')
    await page.getByRole('main').getByRole('link', { name: 'Personen holen' }).click()
    await button('Jetzt ausführen').click()
    await page.getByText('Erfolgreich').first().waitFor(PATIENT)
    await goTo('Start')
    await page.getByText('Alles läuft').waitFor(PATIENT)
    await page.getByText(`${PEOPLE}`, { exact: true }).waitFor()
  })
})
