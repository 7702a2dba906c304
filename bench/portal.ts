import { availableParallelism, loadavg } from 'node:os'
import { hasChromium } from '../test/browser/chromium.ts'
import { type PortalUnderTest, startPortal } from '../test/browser/portal.ts'
import { type SignedIn, signIn } from '../test/browser/sign-in.ts'
import { median } from './relay/measure.ts'

const ROUNDS = 7
const pages = [
  { name: 'sign-in', path: '/sign-in', isSignedIn: false },
  { name: 'start', path: '/', isSignedIn: true },
  { name: 'jobs', path: '/jobs', isSignedIn: true },
  { name: 'people', path: '/people', isSignedIn: true },
] as const

/** Looks in each frame whether something on the page can be used and nothing is on its way. */
const WATCH = `globalThis.interactive = new Promise((resolve) => {
  const look = () => {
    const main = document.querySelector('main')
    const usable = main?.querySelector('input:enabled, button:enabled, a[href]')
    if (usable && !main.querySelector('[role=progressbar]')) resolve(performance.now())
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})`
const SCRIPT_BYTES = `performance.getEntriesByType('resource')
  .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`

/** How soon pages of the portal can be used by a browser that has never seen them, and how much script that takes. */
export async function benchPortal(): Promise<void> {
  if (!hasChromium) {
    console.log('The portal was left out: there is no Chromium. apt-get install chromium')
    return
  }
  const portal = await startPortal()
  try {
    const { email, password } = portal.demo
    const signedIn = await signIn(portal.browser, portal.url, { email, password })
    const rows: object[] = []
    for (const { name, path, isSignedIn } of pages) {
      const visits: Visit[] = []
      for (let round = 0; round < ROUNDS; round++) {
        visits.push(await visit(portal, path, isSignedIn ? signedIn : undefined))
      }
      const times = visits.map(({ ms }) => Math.round(ms))
      rows.push({
        page: name,
        'interactive, ms': median(times),
        best: Math.min(...times),
        worst: Math.max(...times),
        'script, KB': Math.round((visits[0]?.scriptBytes ?? 0) / 1000),
      })
    }
    console.log(
      `\nPortal: load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors, own work included`,
    )
    console.log(`Portal: nothing cached, headless Chromium, median of ${ROUNDS}; wanted: 1000 ms, 250 KB`)
    console.table(rows)
  } finally {
    await portal.close()
  }
}

interface Visit {
  /** Milliseconds since the navigation began. */
  readonly ms: number
  /** As transferred, compressed. */
  readonly scriptBytes: number
}

/** A profile of the browser of its own, whose cache is empty. */
async function visit(
  { browser, url }: PortalUnderTest,
  path: string,
  storageState: SignedIn | undefined,
): Promise<Visit> {
  const context = await browser.newContext({
    locale: 'de-DE',
    ...(storageState === undefined ? {} : { storageState }),
  })
  const page = await context.newPage()
  await page.addInitScript(WATCH)
  await page.goto(`${url}${path}`)
  const ms = await page.evaluate('globalThis.interactive')
  const scriptBytes = await page.evaluate(SCRIPT_BYTES)
  await context.close()
  return { ms: Number(ms), scriptBytes: Number(scriptBytes) }
}
