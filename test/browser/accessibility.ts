import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe finds on a page by WCAG 2.2 A and AA and its own best practices: one line for each finding. */
export async function findingsOf(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, to which the page's Content-Security-Policy does not apply.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`),
    )
  })
}

declare global {
  interface Window {
    readonly axe: typeof axe
  }
}
