import { afterAll, beforeAll, expect, it } from 'vitest'
import { findingsOf } from './accessibility.ts'
import { describeInBrowser } from './chromium.ts'
import { type PortalUnderTest, startPortal } from './portal.ts'

describeInBrowser('the frame of the portal', () => {
  let portal: PortalUnderTest
  beforeAll(async () => {
    portal = await startPortal(['--people', '10'])
  })
  afterAll(() => portal?.close())

  it.each(['de', 'en'] as const)('speaks %s when the browser prefers it', async (language) => {
    const page = await portal.open('/', { language })
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    await page.getByRole('link', { name: language === 'de' ? 'Personen' : 'People' }).waitFor()
  })

  it('changes language and appearance in the user menu, and keeps them', async () => {
    const page = await portal.open('/')
    await page.getByRole('button', { name: /Benutzermenü/ }).click()
    await page.getByRole('menuitemradio', { name: 'English' }).click()
    await page.getByRole('button', { name: /User menu/ }).click()
    await page.getByRole('menuitemradio', { name: 'Dark' }).click()
    await page.reload()
    await page.getByRole('link', { name: 'People' }).waitFor()
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
    expect(await page.getByRole('link', { name: 'Personen' }).count()).toBe(0)
    await page.getByRole('button', { name: /Navigation/ }).click()
    await page.getByRole('link', { name: 'Start', exact: true }).click()
    await expect.poll(() => page.getByRole('link', { name: 'Personen' }).count()).toBe(0)
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
