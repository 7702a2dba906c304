import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInBrowser } from './in-browser.ts'
import { type PortalUnderTest, startPortal } from './portal.ts'

describeInBrowser('the API reference', () => {
  let portal: PortalUnderTest
  beforeAll(async () => {
    portal = await startPortal(['--people', '5'])
  })
  afterAll(() => portal?.close())

  it('makes a change for who is signed in to the portal', async () => {
    const page = await portal.open('/')
    await page.goto(`${portal.url}/docs/api`)
    const call = page.locator('#operations-People-createGroup')
    await call.locator('button').first().click()
    await call.getByRole('button', { name: 'Try it out' }).click()
    await call.locator('textarea').fill('{"name": "Aus der Referenz"}')
    await call.getByRole('button', { name: 'Execute' }).click()
    const status = call.locator('.live-responses-table tbody td.response-col_status').first()
    await expect.poll(() => status.textContent()).toContain('201')
    await page.context().close()
  })

  it('shows times and days that could be sent as they are', async () => {
    const page = await portal.open('/', { as: 'nobody' })
    await page.goto(`${portal.url}/docs/api`)
    for (const operation of ['Bookings-createBookings', 'Absences-requestAbsences']) {
      const call = page.locator(`#operations-${operation}`)
      await call.locator('button').first().click()
      const example = await call
        .locator('.body-param__example, .opblock-section-request-body .highlight-code')
        .first()
        .textContent()
      for (const [year] of example?.matchAll(/\d{4}(?=-\d{2}-\d{2})/g) ?? []) expect(year).toBe('2026')
      expect(example).toMatch(/2026-11-23/)
    }
    await page.context().close()
  })
})
