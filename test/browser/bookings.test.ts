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
const MINUTE_MS = 60_000

describeInBrowser('bookings in the portal', () => {
  let portal: PortalUnderTest
  let api: ReturnType<typeof apiOf>
  /** Booked an hour ago: Sage takes nothing from tomorrow on. */
  const booked = new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 60 * MINUTE_MS)
  let known = ''

  beforeAll(async () => {
    portal = await startPortal(['--people', '10'])
    api = apiOf(portal)
    const people = await contentOf(
      api.GET('/api/v1/people', { params: { query: { active: 'true', limit: 1 } } }),
    )
    known = people.items[0]?.externalToken ?? ''
  })
  afterAll(() => portal?.close())

  const stateOf = async (id: string) =>
    (await contentOf(api.GET('/api/v1/bookings/{id}', { params: { path: { id } } }))).state
  const rows = (page: PortalPage) => page.getByRole('table').locator('tbody tr')

  it('says what to do while there are none', async () => {
    const page = await portal.open('/bookings')
    await page.getByText(/In den letzten sieben Tagen gab es keine Buchungen/).waitFor()
    await page.getByRole('link', { name: 'Fehlgeschlagen: 0' }).click()
    await page.getByText('Keine Buchung ist fehlgeschlagen. Es gibt nichts zu tun.').waitFor()
  })

  it('shows by itself what arrives, and in words why something failed', async () => {
    const page = await portal.open('/bookings')
    await page.getByRole('link', { name: 'Fehlgeschlagen: 0' }).waitFor()
    const time = booked.toISOString()
    await contentOf(
      api.POST('/api/v1/bookings', {
        body: {
          items: [
            { id: 'good', externalToken: known, type: 'come', time },
            ...['lost-1', 'lost-2', 'lost-3'].map((id) => ({
              id,
              externalToken: '9_9999',
              type: 'go' as const,
              time,
            })),
          ],
        },
      }),
    )
    await runExport()
    await expect.poll(() => stateOf('good'), POLL).toBe('exported')
    await page.getByRole('link', { name: 'Fehlgeschlagen: 3' }).waitFor()
    await expect.poll(() => rows(page).count(), POLL).toBe(4)
    await page
      .getByText(/Es gibt keine Person mit dem externen Token „9_9999“/)
      .first()
      .waitFor()
    const german = new Intl.DateTimeFormat('de-DE', {
      dateStyle: 'medium',
      timeStyle: 'medium',
      timeZone: 'Europe/Berlin',
    }).format(booked)
    await rows(page).filter({ hasText: 'In Sage' }).getByText(german).waitFor()
  })

  it('narrows down by state, person and day, in the address', async () => {
    const page = await portal.open('/bookings?state=failed')
    await expect.poll(() => rows(page).count(), POLL).toBe(3)
    await page.getByRole('combobox', { name: 'Status' }).selectOption('exported')
    await expect.poll(() => rows(page).count(), POLL).toBe(1)
    await page.getByRole('combobox', { name: 'Status' }).selectOption('')
    await page.getByRole('searchbox').fill(known)
    await page.waitForURL(new RegExp(`person=${known}`))
    await expect.poll(() => rows(page).count(), POLL).toBe(1)
    await page.getByLabel('Tag', { exact: true }).fill('2020-01-01')
    await page.getByText('Keine Buchung passt zu diesem Filter.').waitFor()
    await page.getByRole('button', { name: 'Alle Tage' }).click()
    await expect.poll(() => rows(page).count(), POLL).toBe(1)
    await page.getByRole('link', { name: known }).click()
    await page.getByRole('heading', { name: 'Personen' }).waitFor()
    await page.getByText(/(passt|passen) zum Filter/).waitFor()
  })

  it('dismisses and sends again, one and several, and only after asking', async () => {
    const page = await portal.open('/bookings?state=failed')
    await rows(page)
      .first()
      .getByRole('button', { name: /^Aktionen für / })
      .click()
    await page.getByRole('menuitem', { name: 'Verwerfen …' }).click()
    await page.getByText(/fehlt dort in der Zeiterfassung/).waitFor()
    await page.getByRole('button', { name: 'Abbrechen' }).click()
    await expect.poll(() => rows(page).count(), POLL).toBe(3)
    await rows(page)
      .first()
      .getByRole('button', { name: /^Aktionen für / })
      .click()
    await page.getByRole('menuitem', { name: 'Verwerfen …' }).click()
    await page.getByRole('button', { name: 'Verwerfen', exact: true }).click()
    await page.getByText('Die Buchung ist verworfen.').first().waitFor()
    await expect.poll(() => rows(page).count(), POLL).toBe(2)
    await page.getByRole('link', { name: 'Fehlgeschlagen: 2' }).waitFor()

    await page.getByRole('checkbox', { name: 'Alle angezeigten Buchungen auswählen' }).check()
    await page.getByText('2 Buchungen ausgewählt').waitFor()
    // One of the two is dismissed elsewhere meanwhile, which is no reason to leave the other.
    await page.getByRole('button', { name: 'Verwerfen (2) …' }).click()
    await contentOf(api.POST('/api/v1/bookings/{id}/dismiss', { params: { path: { id: 'lost-2' } } }))
    await page.getByRole('button', { name: 'Verwerfen', exact: true }).click()
    await page.getByText(/^Geändert: [12] · Schon so: 0 · Nicht möglich: [01]$/).waitFor()
    await page.getByRole('button', { name: 'Schließen' }).click()
    await page.getByText('Keine Buchung ist fehlgeschlagen. Es gibt nichts zu tun.').waitFor()
    for (const id of ['lost-1', 'lost-2', 'lost-3']) expect(await stateOf(id)).toBe('dismissed')

    await page.goto(`${portal.url}/bookings?state=dismissed`)
    await rows(page)
      .first()
      .getByRole('button', { name: /^Aktionen für / })
      .click()
    await page.getByRole('menuitem', { name: 'Erneut senden …' }).click()
    await page.getByRole('button', { name: 'Erneut senden', exact: true }).click()
    await page.getByText('Die Buchung wird mit der nächsten Übergabe gesendet.').first().waitFor()
    await expect.poll(() => rows(page).count(), POLL).toBe(2)
  })

  it('texts, axe and phone, with the list and without', async () => {
    await runExport()
    for (const options of [{}, { language: 'en', dark: true }, { phone: true }] as const) {
      const page = await portal.open('/bookings', options)
      await rows(page).first().waitFor()
      expect(await findingsOf(page)).toEqual([])
      expect(rawKeysIn(await textsOf(page), areas)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0)
      expect(page.complaints).toEqual([])
      await page.context().close()
    }
    const page = await portal.open('/bookings?person=none')
    await page.getByText('Keine Buchung passt zu diesem Filter.').waitFor()
    expect(await findingsOf(page)).toEqual([])
  })

  async function runExport(): Promise<void> {
    const token = 'SysSageExportBuchungen'
    const { id } = await contentOf(
      api.POST('/api/v1/jobs/{token}/runs', { params: { path: { token } }, body: { dryRun: false } }),
    )
    await expect
      .poll(
        async () =>
          (await contentOf(api.GET('/api/v1/jobs/{token}/runs/{id}', { params: { path: { token, id } } })))
            .state,
        { timeout: 50_000 },
      )
      .toBe('succeeded')
  }
})
