import type { Page } from 'playwright-core'

/** Everything on a page that is seen or read out, line by line. */
export function textsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden must not count
    const texts = document.body.innerText.split('\n')
    for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        texts.push(element.getAttribute(name) ?? '')
    }
    return [document.title, ...texts].map((text) => text.trim()).filter((text) => text !== '')
  })
}

/** Keys that are shown instead of their text, and places where a value is missing. */
export function rawKeysIn(texts: readonly string[], areas: readonly string[]): readonly string[] {
  const key = new RegExp(`^(?:(?:${areas.join('|')}):)?[a-z][A-Za-z]*(?:\\.[a-z][A-Za-z0-9_]*)+$`)
  return texts.filter(
    (text) => key.test(text) || /\{\{|\bundefined\b|\bNaN\b|Invalid Date|\[object/.test(text),
  )
}
