import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { describe, it } from 'vitest'

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'
const isThere = existsSync(EXECUTABLE)

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Tests that need a browser; where there is none, one skipped test says how to get it. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (isThere) describe(name, tests)
  else describe(name, () => void it.skip('needs Chromium: apt-get install -y chromium'))
}
