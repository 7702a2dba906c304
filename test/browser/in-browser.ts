import { describe, it } from 'vitest'
import { hasChromium } from './chromium.ts'

/** Tests that need a browser; where there is none, one skipped test says how to get it. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (hasChromium) describe(name, tests)
  else describe(name, () => void it.skip('needs Chromium: apt-get install -y chromium'))
}
