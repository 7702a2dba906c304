import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startTestPlatform, type TestPlatform, temporaryFolder } from '../system/platform.ts'
import { launchChromium } from './chromium.ts'
import { type SignedIn, signIn } from './sign-in.ts'

export type Language = 'de' | 'en'

export interface PageOptions {
  /** What the browser prefers. */
  readonly language?: Language
  readonly dark?: boolean
  readonly phone?: boolean
  /** Who sits before it; the admin of the demo company when it is left out. */
  readonly as?: 'admin' | 'operator' | 'nobody'
}

export interface PortalUnderTest {
  readonly platform: TestPlatform
  readonly browser: Browser
  readonly url: string
  /** Address of the page that shows the mails which were sent. */
  readonly mailbox: string
  readonly demo: {
    readonly tenantId: string
    readonly tenantToken: string
    readonly email: string
    readonly password: string
  }
  /** A new browser profile with one page. */
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
  const ready = await platform.program.line('ready')
  const line = await platform.program.line('demo')
  const demo = {
    tenantId: String(line.tenantId),
    tenantToken: String(line.tenantToken),
    email: String(line.email),
    password: String(line.password),
  }
  const browser = await launchChromium()
  const states = new Map<string, Promise<SignedIn>>()
  const { email, password } = demo
  const credentials = { admin: { email, password }, operator: { operatorToken: platform.operatorToken } }

  function stateOf(who: 'admin' | 'operator'): Promise<SignedIn> {
    const state = states.get(who) ?? signIn(browser, platform.url, credentials[who])
    states.set(who, state)
    return state
  }

  return {
    platform,
    browser,
    url: platform.url,
    mailbox: String(ready.mailbox),
    demo,
    async open(path, options = {}) {
      const who = options.as ?? 'admin'
      const state = who === 'nobody' ? {} : { storageState: await stateOf(who) }
      return openPage(browser, `${platform.url}${path}`, { ...contextOf(options), ...state })
    },
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
  options: BrowserContextOptions,
): Promise<PortalPage> {
  const context = await browser.newContext(options)
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
