import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe finds on a page by WCAG 2.2 A and AA and its own best practices: one line for each finding. */
export async function findingsOf(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, to which the page's Content-Security-Policy does not apply.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    // The places by which the component library notices where the focus goes; each moves it on at once.
    const context = { exclude: [['[data-tabster-dummy]']] }
    const { violations } = await window.axe.run(context, { resultTypes: ['violations'] })
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
