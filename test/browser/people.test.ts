import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { texts } from '../../portal/i18n/de/texts.ts'
import { findingsOf } from './accessibility.ts'
import { apiOf, contentOf } from './api.ts'
import { describeInBrowser } from './in-browser.ts'
import { type PortalPage, type PortalUnderTest, startPortal } from './portal.ts'
import { rawKeysIn, textsOf } from './texts.ts'

const areas = Object.keys(texts)
/** Milliseconds: many steps in a browser, perhaps on a slow machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 })
const POLL = { timeout: 30_000 }

describeInBrowser('people in the portal', () => {
  let portal: PortalUnderTest
  let api: ReturnType<typeof apiOf>
  beforeAll(async () => {
    portal = await startPortal()
    api = apiOf(portal)
  })
  afterAll(() => portal?.close())

  const people = (query: { limit?: number; active?: 'false'; locked?: 'true' }) =>
    contentOf(api.GET('/api/v1/people', { params: { query } }))
  const personAt = async (index: number) => {
    const person = (await people({ limit: index + 1 })).items[index]
    if (person === undefined) throw new Error('not so many people')
    return person
  }
  const personOf = (id: string) => contentOf(api.GET('/api/v1/people/{id}', { params: { path: { id } } }))
  const lockedPeople = async () => (await people({ locked: 'true', limit: 1 })).total
  const rows = (page: PortalPage) => page.getByRole('table', { name: 'Personen' }).locator('tbody tr')

  it('lists the 108 of the demo, shows more, finds by search and filter, and keeps that in the address', async () => {
    const page = await portal.open('/people')
    await page.getByText('108 Personen', { exact: true }).waitFor()
    expect(await rows(page).count()).toBe(50)
    await page.getByRole('button', { name: 'Weitere anzeigen' }).click()
    await expect.poll(() => rows(page).count(), POLL).toBe(100)

    const first = await personAt(0)
    await page.getByRole('searchbox').fill(first.externalToken)
    await page.waitForURL(/search=/)
    await page.getByText(/ (passt|passen) zum Filter/).waitFor()
    await page.getByRole('link', { name: `${first.lastName}, ${first.firstName}` }).waitFor()
    await page.getByRole('searchbox').fill('nobody-is-called-so')
    await page.getByText('Niemand passt zu diesem Filter.').waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Filter zurücksetzen' }).click()
    await page.getByText('108 Personen', { exact: true }).waitFor()
    expect(await page.getByRole('searchbox').inputValue()).toBe('')

    const inactive = (await people({ active: 'false', limit: 1 })).total
    await page.getByRole('combobox', { name: 'Status' }).selectOption('inactive')
    await page.waitForURL(/state=inactive/)
    await page.getByText(new RegExp(`^(${inactive} Personen passen|Eine Person passt) zum Filter$`)).waitFor()
  })

  it('locks those ticked, and unlocks everybody whom a filter finds', async () => {
    const page = await portal.open('/people')
    await rows(page).nth(0).getByRole('checkbox').check()
    await rows(page).nth(1).getByRole('checkbox').check()
    await page.getByText('2 Personen ausgewählt').waitFor()
    await act(page, 'Sperren')
    await page.getByText('2 Personen werden gesperrt.').waitFor()
    expect(await lockedPeople()).toBe(0)
    await page.getByRole('button', { name: 'Für 2 Personen ausführen' }).click()
    await page.getByText('Geändert: 2 · Schon so: 0 · Nicht möglich: 0').waitFor()
    await page.getByRole('button', { name: 'Schließen' }).click()
    await expect.poll(() => rows(page).filter({ hasText: 'Gesperrt' }).count(), POLL).toBe(2)

    await page.getByRole('checkbox', { name: 'Alle angezeigten auswählen' }).check()
    await page.getByRole('button', { name: 'Alle 108 auswählen' }).click()
    await act(page, 'Sperren')
    await page.getByRole('button', { name: 'Für 108 Personen ausführen' }).click()
    await page.getByText('Geändert: 106 · Schon so: 2 · Nicht möglich: 0').waitFor()
    expect(await lockedPeople()).toBe(108)
    await page.getByRole('button', { name: 'Schließen' }).click()

    // What the action changes is what the filter looks for.
    await page.getByRole('combobox', { name: 'Sperre' }).selectOption('locked')
    await page.getByText('108 Personen passen zum Filter').waitFor()
    await page.getByRole('checkbox', { name: 'Alle angezeigten auswählen' }).check()
    await page.getByRole('button', { name: 'Alle 108 auswählen' }).click()
    await act(page, 'Entsperren')
    await page.getByRole('button', { name: 'Für 108 Personen ausführen' }).click()
    await page.getByText('Geändert: 108 · Schon so: 0 · Nicht möglich: 0').waitFor()
    expect(await lockedPeople()).toBe(0)
  })

  it('creates, fills, renames and deletes a group; a full one says what to do', async () => {
    const page = await portal.open('/people/groups')
    await page.getByRole('button', { name: 'Gruppe anlegen' }).click()
    await page.getByLabel('Name der Gruppe').fill('Werk Nord')
    await page.getByRole('button', { name: 'Speichern' }).click()
    await page.getByRole('link', { name: 'Werk Nord' }).waitFor()

    await page.getByRole('link', { name: 'Personen', exact: true }).first().click()
    await rows(page).nth(2).getByRole('checkbox').check()
    await act(page, 'In Gruppe aufnehmen')
    const confirm = page.getByRole('button', { name: 'Für eine Person ausführen' })
    expect(await confirm.isEnabled()).toBe(false)
    await page
      .getByRole('dialog')
      .or(page.getByRole('alertdialog'))
      .getByRole('combobox')
      .selectOption('Werk Nord')
    await confirm.click()
    await page.getByText('Geändert: 1 · Schon so: 0 · Nicht möglich: 0').waitFor()
    await page.getByRole('button', { name: 'Schließen' }).click()
    await rows(page).filter({ hasText: 'Werk Nord' }).waitFor()

    await page.goto(`${portal.url}/people/groups`)
    await page.getByRole('button', { name: 'Werk Nord umbenennen' }).click()
    await page.getByLabel('Name der Gruppe').fill('Werk Süd')
    await page.getByRole('button', { name: 'Speichern' }).click()
    await page.getByRole('button', { name: 'Werk Süd löschen' }).click()
    await page.getByRole('button', { name: 'Löschen', exact: true }).click()
    await page.getByText('Gruppe hat Mitglieder').waitFor()
    await page.getByRole('link', { name: 'Mitglieder ansehen' }).click()
    await page.getByText('Eine Person passt zum Filter').waitFor()
    await page.getByRole('checkbox', { name: 'Alle angezeigten auswählen' }).check()
    await act(page, 'Aus Gruppe nehmen')
    await page.getByRole('alertdialog').getByRole('combobox').selectOption('Werk Süd')
    await page.getByRole('button', { name: 'Für eine Person ausführen' }).click()
    await page.getByText('Geändert: 1 ·').waitFor()

    await page.goto(`${portal.url}/people/groups`)
    await page.getByRole('button', { name: 'Werk Süd löschen' }).click()
    await page.getByRole('button', { name: 'Löschen', exact: true }).click()
    await page.getByText(/Es gibt noch keine Gruppen/).waitFor()
    expect((await contentOf(api.GET('/api/v1/groups'))).items).toEqual([])
  })

  it('edits what the hub leads, shows what Sage leads, and notices that somebody was faster', async () => {
    const person = await personAt(5)
    const page = await portal.open(`/people/${person.id}`)
    await page.getByRole('heading', { name: `${person.lastName}, ${person.firstName}` }).waitFor()
    await page.getByText(/werden nur dort geändert/).waitFor()
    expect(await page.getByRole('region', { name: 'Von Sage geführt' }).getByRole('textbox').count()).toBe(0)
    await page.getByRole('switch', { name: 'Gesperrt' }).check()
    await page.getByRole('textbox', { name: 'Neues Identmedium' }).fill('04A1B2')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Speichern' }).click()
    await page.getByText('Die Änderungen sind gespeichert.').first().waitFor()
    expect(await personOf(person.id)).toMatchObject({ locked: true, identMedia: ['04A1B2'] })

    await page.getByRole('button', { name: 'Identmedium 04A1B2 entfernen' }).click()
    await contentOf(
      api.PATCH('/api/v1/people/{id}', { params: { path: { id: person.id } }, body: { locked: false } }),
    )
    await page.getByRole('button', { name: 'Speichern' }).click()
    await page.getByRole('link', { name: /precondition-failed/ }).waitFor()
    expect(await personOf(person.id)).toMatchObject({ identMedia: ['04A1B2'] })
    await expect.poll(() => page.getByRole('switch', { name: 'Gesperrt' }).isChecked(), POLL).toBe(false)
    await page.getByRole('button', { name: 'Speichern' }).click()
    await expect.poll(async () => (await personOf(person.id)).identMedia, POLL).toEqual([])
  })

  it('synchronises at the push of a button, and says when it is done', async () => {
    const page = await portal.open('/people')
    await rows(page).first().waitFor()
    await page.getByRole('button', { name: 'Aus Sage abgleichen' }).click()
    await page.getByText('Der Abgleich ist fertig.').waitFor({ timeout: 50_000 })
    const run = page.getByRole('link', { name: 'Zum Lauf' })
    expect(await run.getAttribute('href')).toMatch(/^\/jobs\/SysSageSyncPersonen\/runs\/./)
    await expect
      .poll(() => page.getByRole('button', { name: 'Aus Sage abgleichen' }).isEnabled(), POLL)
      .toBe(true)
    await page.getByRole('button', { name: 'Ausblenden' }).click()
    await expect.poll(() => run.count(), POLL).toBe(0)
  })

  it('shows what somebody has asked for, the newest first, and what became of it', async () => {
    const [person, other] = [await personAt(0), await personAt(1)]
    const page = await portal.open(`/people/${person.id}`)
    const section = page.getByRole('region', { name: 'Urlaubsanträge' })
    await section.getByText(/sind keine Urlaubsanträge da/).waitFor()
    await run('SysSageSyncAbwesenheitsgruende')
    const ask = (id: string, from: string, to: string) =>
      contentOf(
        api.POST('/api/v1/absences', {
          body: {
            items: [
              { id, externalToken: person.externalToken, reasonId: 1, from, to, comment: `Wunsch ${id}` },
            ],
          },
        }),
      )
    for (let day = 10; day < 21; day++) await ask(`leave-${day}`, `2027-05-${day}`, `2027-05-${day}`)
    await ask('overlap', '2027-05-20', '2027-05-28')
    await run('SysSageExportAntraege')

    await page.reload()
    const requests = section.locator('tbody tr')
    await expect.poll(() => requests.count(), POLL).toBe(10)
    const newest = requests.first()
    for (const text of [
      '20.05.2027 bis 28.05.2027',
      'Urlaub',
      'Wunsch overlap',
      'Nicht angenommen',
      /Status 409/,
    ]) {
      await newest.getByText(text).first().waitFor()
    }
    await requests.nth(1).getByText('20.05.2027', { exact: true }).waitFor()
    await requests.nth(1).getByText('Beantragt').waitFor()
    await section.getByRole('button', { name: 'Weitere anzeigen' }).click()
    await expect.poll(() => requests.count(), POLL).toBe(12)
    await requests.last().getByText('10.05.2027').waitFor()
    const further = section.getByRole('button', { name: 'Weitere anzeigen' })
    await expect.poll(() => further.count(), POLL).toBe(0)

    const english = await portal.open(`/people/${person.id}`, { language: 'en' })
    const inEnglish = english.getByRole('region', { name: 'Requests for leave' })
    await inEnglish.getByText('20/05/2027 to 28/05/2027').waitFor()
    await inEnglish.getByText('Not taken').waitFor()
    const elsewhere = await portal.open(`/people/${other.id}`)
    await elsewhere.getByText(/sind keine Urlaubsanträge da/).waitFor()
  })

  it.each(['/people', '/people/groups', 'person'] as const)('%s: texts, axe and phone', async (which) => {
    const path = which === 'person' ? `/people/${(await personAt(0)).id}` : which
    for (const options of [{}, { language: 'en', dark: true }, { phone: true }] as const) {
      const page = await portal.open(path, options)
      await expect.poll(() => page.getByRole('main').getByRole('progressbar').count(), POLL).toBe(0)
      await page
        .locator(which === '/people' ? 'table' : 'p')
        .first()
        .waitFor()
      expect(await findingsOf(page)).toEqual([])
      expect(rawKeysIn(await textsOf(page), areas)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0)
      expect(page.complaints).toEqual([])
      await page.context().close()
    }
  })

  async function run(token: string): Promise<void> {
    const { id } = await contentOf(
      api.POST('/api/v1/jobs/{token}/runs', { params: { path: { token } }, body: { dryRun: false } }),
    )
    const stateOf = async () =>
      (await contentOf(api.GET('/api/v1/jobs/{token}/runs/{id}', { params: { path: { token, id } } }))).state
    await expect.poll(stateOf, { timeout: 50_000 }).toBe('succeeded')
  }
})

async function act(page: PortalPage, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Aktion wählen' }).click()
  await page.getByRole('menuitem', { name, exact: true }).click()
}
