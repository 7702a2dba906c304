import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startTestPlatform, type TestPlatform, temporaryFolder } from '../system/platform.ts'
import { launchChromium } from './chromium.ts'
import { signInByToken } from './sign-in.ts'

export type Language = 'de' | 'en'

export interface PageOptions {
  /** What the browser prefers. */
  readonly language?: Language
  readonly dark?: boolean
  readonly phone?: boolean
  /** False: nobody has signed in yet. */
  readonly signedIn?: boolean
}

export interface PortalUnderTest {
  readonly platform: TestPlatform
  readonly url: string
  /** A new browser profile with one page, signed in as admin of the demo company. */
  open(path: string, options?: PageOptions): Promise<PortalPage>
  close(): Promise<void>
}

/** A page, and everything that went wrong on it: what scripts complained about, and what the policy refused. */
export interface PortalPage extends Page {
  readonly complaints: readonly string[]
}

/** The built platform with its demo company on free ports, and a browser. */
export async function startPortal(args: readonly string[] = []): Promise<PortalUnderTest> {
  const folder = await temporaryFolder()
  const platform = await startTestPlatform(folder.path, args)
  const demo = await platform.program.line('demo')
  const browser = await launchChromium()
  return {
    platform,
    url: platform.url,
    open: (path, options = {}) =>
      openPage(browser, `${platform.url}${path}`, String(demo.tenantToken), options),
    async close() {
      await browser.close()
      await platform.program.end('SIGTERM')
      await folder.remove()
    },
  }
}

async function openPage(
  browser: Browser,
  address: string,
  token: string,
  options: PageOptions,
): Promise<PortalPage> {
  const context = await browser.newContext(contextOf(options))
  if (options.signedIn !== false) await signInByToken(context, token)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return Object.assign(page, { complaints })
}

function contextOf({ language = 'de', dark = false, phone = false }: PageOptions): BrowserContextOptions {
  return {
    locale: language === 'de' ? 'de-DE' : 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? { width: 375, height: 812 } : { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  }
}
