import { afterAll, beforeAll, expect, it } from 'vitest'
import { texts } from '../../portal/i18n/de/texts.ts'
import { findingsOf } from './accessibility.ts'
import { describeInBrowser } from './in-browser.ts'
import { type PortalUnderTest, startPortal } from './portal.ts'
import { rawKeysIn, textsOf } from './texts.ts'

/** Every page without parameters, and who sees it. */
const pages = [
  ['/', 'admin'],
  ['/variables', 'admin'],
  ['/connectors', 'admin'],
  ['/jobs', 'admin'],
  ['/jobs/SysSageSync', 'admin'],
  ['/people', 'admin'],
  ['/people/groups', 'admin'],
  ['/bookings', 'admin'],
  ['/users', 'admin'],
  ['/tokens', 'admin'],
  ['/audit', 'admin'],
  ['/licence', 'admin'],
  ['/help', 'admin'],
  ['/tenants', 'operator'],
  ['/account', 'admin'],
  ['/account', 'operator'],
  ['/sign-in', 'nobody'],
  ['/forgotten-password', 'nobody'],
  ['/password-reset/x', 'nobody'],
  ['/invitation/x', 'nobody'],
  ['/email-confirmation/x', 'nobody'],
  ['/address-restoration/x', 'nobody'],
] as const

describeInBrowser('every page', () => {
  let portal: PortalUnderTest
  beforeAll(async () => {
    portal = await startPortal(['--people', '10'])
  })
  afterAll(() => portal?.close())

  it.each(pages)('%s seen by %s: accessible, no raw key, both languages, fits a phone', async (path, as) => {
    const seen: string[] = []
    for (const language of ['de', 'en'] as const) {
      const page = await portal.open(path, {
        as,
        language,
        phone: language === 'en',
        dark: language === 'en',
      })
      await expect.poll(() => page.getByRole('progressbar').count()).toBe(0)
      expect(await findingsOf(page)).toEqual([])
      const found = await textsOf(page)
      expect(rawKeysIn(found, Object.keys(texts))).toEqual([])
      seen.push((await page.locator('h1').textContent()) ?? '', await page.title())
      const { width = 0 } = page.viewportSize() ?? {}
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      expect(page.complaints.filter((text) => !/Failed to load resource/.test(text))).toEqual([])
      await page.context().close()
    }
    for (const text of seen) expect(text.trim()).not.toBe('')
  })
})
