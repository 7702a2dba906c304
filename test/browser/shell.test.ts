import { afterAll, beforeAll, expect, it } from 'vitest'
import { findingsOf } from './accessibility.ts'
import { describeInBrowser } from './in-browser.ts'
import { type PortalUnderTest, startPortal } from './portal.ts'

describeInBrowser('the frame of the portal', () => {
  let portal: PortalUnderTest
  beforeAll(async () => {
    portal = await startPortal(['--people', '10'])
  })
  afterAll(() => portal?.close())

  it('sends whoever is not signed in to the sign-in page and, when they are, to where they wanted to go', async () => {
    const page = await portal.open('/connectors?x=1', { as: 'nobody' })
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    await page.getByLabel('E-Mail-Adresse').fill(portal.demo.email)
    await page.getByLabel('Passwort').fill('ganz falsch')
    await page.keyboard.press('Enter')
    await page.getByText('E-Mail-Adresse oder Passwort ist falsch').waitFor()
    await page.getByLabel('Passwort').fill(portal.demo.password)
    await page.getByRole('button', { name: 'Anmelden', exact: true }).click()
    await page.waitForURL(`${portal.url}/connectors?x=1`)
    await page.getByRole('heading', { name: 'Konnektoren' }).waitFor()
  })

  it('leads nobody to a stranger after signing in', async () => {
    for (const to of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
      const page = await portal.open(`/sign-in?to=${encodeURIComponent(to)}`)
      await page.waitForURL(`${portal.url}/`)
    }
  })

  it('signs out, and shows nothing of the session afterwards', async () => {
    const page = await portal.open('/sign-in', { as: 'nobody' })
    await page.getByLabel('E-Mail-Adresse').fill(portal.demo.email)
    await page.getByLabel('Passwort').fill(portal.demo.password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /Benutzermenü/ }).click()
    await page.getByRole('menuitem', { name: 'Abmelden' }).click()
    await page.waitForURL(`${portal.url}/sign-in`)
    await page.goto(`${portal.url}/variables`)
    await page.getByRole('button', { name: 'Anmelden', exact: true }).waitFor()
    expect(await page.getByText('Mandant.Sage').count()).toBe(0)
  })

  it('lets the operator in by their token, to what they may', async () => {
    const page = await portal.open('/', { as: 'nobody' })
    await page.getByRole('button', { name: 'Als Betreiber anmelden' }).click()
    await page.getByLabel('Betreiber-Token').fill(portal.platform.operatorToken)
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Mandanten' }).waitFor()
    expect(await page.getByRole('link', { name: 'Personen' }).count()).toBe(0)
  })

  it.each(['de', 'en'] as const)('speaks %s when the browser prefers it', async (language) => {
    const page = await portal.open('/', { language })
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    await page
      .getByRole('navigation')
      .getByRole('link', { name: language === 'de' ? 'Personen' : 'People' })
      .waitFor()
  })

  it('changes language and appearance in the user menu, and keeps them', async () => {
    const page = await portal.open('/')
    await page.getByRole('button', { name: /Benutzermenü/ }).click()
    await page.getByRole('menuitemradio', { name: 'English' }).click()
    await page.getByRole('button', { name: /User menu/ }).click()
    await page.getByRole('menuitemradio', { name: 'Dark' }).click()
    await page.reload()
    await page.getByRole('navigation').getByRole('link', { name: 'People' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    const background = await page
      .locator('header')
      .evaluate((element) => getComputedStyle(element).backgroundColor)
    expect(background).toBe('rgb(41, 41, 41)')
  })

  it('says so where there is no page, with a way on', async () => {
    const page = await portal.open('/no-such-page')
    expect(await page.title()).toBe('Seite nicht gefunden – Steg')
    await page.getByRole('main').getByRole('link', { name: 'Zur Startseite' }).click()
    await page.waitForURL(`${portal.url}/`)
  })

  it('can be used by keyboard: skip link, navigation, focus on the new title', async () => {
    const page = await portal.open('/')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Zum Inhalt springen')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
    await page.getByRole('link', { name: 'Start', exact: true }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  })

  it('opens the navigation over the page on a phone', async () => {
    const page = await portal.open('/', { phone: true })
    const people = page.getByRole('navigation').getByRole('link', { name: 'Personen' })
    expect(await people.count()).toBe(0)
    await page.getByRole('button', { name: /Navigation/ }).click()
    await people.waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Start', exact: true }).click()
    await expect.poll(() => people.count()).toBe(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
  })

  it.each([
    ['light', { dark: false }],
    ['dark', { dark: true }],
    ['on a phone', { phone: true }],
  ] as const)('axe finds nothing, %s', async (_, options) => {
    const page = await portal.open('/', options)
    expect(await findingsOf(page)).toEqual([])
    await page.getByRole('button', { name: /Benutzermenü/ }).click()
    await page.getByRole('menu').waitFor()
    expect(await findingsOf(page)).toEqual([])
  })

  it('keeps to its Content-Security-Policy', async () => {
    const page = await portal.open('/')
    await page.getByRole('button', { name: /Benutzermenü/ }).click()
    await page.getByRole('menu').waitFor()
    expect(page.complaints.filter((text) => /Content.Security.Policy/i.test(text))).toEqual([])
    const policy = (await page.reload())?.headers()['content-security-policy'] ?? ''
    expect(policy).not.toContain('unsafe')
  })
})
