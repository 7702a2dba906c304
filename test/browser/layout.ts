import type { Page } from 'playwright-core'

/** What is wrong with how a page is laid out, each with the words it is about; nothing when it can be read. */
export function layoutFaultsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const LONG_WORD = 20
    const TALL_ROW = 200
    const faults: string[] = []
    const main = document.querySelector('main') ?? document.body
    const cut = (text: string) => text.trim().slice(0, 60)

    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth > clientWidth) faults.push(`the page scrolls sideways: ${scrollWidth} > ${clientWidth}`)
    if (main.scrollWidth > main.clientWidth)
      faults.push(`main scrolls sideways: ${main.scrollWidth} > ${main.clientWidth}`)

    const isSeen = (element: Element) => {
      for (let at: Element | null = element; at !== null && at !== document.body; at = at.parentElement) {
        const style = getComputedStyle(at)
        if (style.display === 'none' || style.visibility === 'hidden' || style.clipPath !== 'none')
          return false
        if (style.opacity === '0') return false
      }
      return true
    }
    /** What cuts off text that does not fit: only what is left of it is seen. */
    const framesOf = (element: Element) => {
      const frames: DOMRect[] = []
      for (let at: Element | null = element; at !== null && at !== main; at = at.parentElement) {
        if (getComputedStyle(at).overflowY === 'hidden') frames.push(at.getBoundingClientRect())
      }
      return frames
    }
    const isWithin = (box: DOMRect, frames: readonly DOMRect[]) => {
      const middle = (box.top + box.bottom) / 2
      return box.width > 0.5 && frames.every(({ top, bottom }) => middle > top && middle < bottom)
    }
    /** Where each word stands. */
    const pieces: { text: string; box: DOMRect; word: symbol }[] = []
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent ?? ''
      const parent = node.parentElement
      if (text.trim() === '' || parent === null || !isSeen(parent)) continue
      const range = document.createRange()
      const frames = framesOf(parent)
      parent.closest('[title]') !== null && getComputedStyle(parent).webkitLineClamp !== 'none'
      for (const { 0: word, index } of text.matchAll(/\S+/g)) {
        range.setStart(node, index)
        range.setEnd(node, index + word.length)
        const boxes = [...range.getClientRects()].filter((box) => isWithin(box, frames))
        const lines = new Set(boxes.map(({ top }) => Math.round(top)))
        if (word.length <= LONG_WORD && lines.size > 1 && !/[-/@.\u00ad]/.test(word)) {
          faults.push(`"${word}" is broken into ${lines.size} lines`)
        }
        // A word before an ellipsis may have two boxes.
        const own = Symbol(word)
        for (const box of boxes) pieces.push({ text: word, box, word: own })
      }
    }
    pieces.sort((a, b) => a.box.top - b.box.top)
    for (const [index, { text, box, word }] of pieces.entries()) {
      for (let next = index + 1; next < pieces.length; next++) {
        const other = pieces[next]
        if (other === undefined || other.box.top >= box.bottom - 2) break
        if (other.word === word) continue
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left)
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top)
        if (across > 2 && down > 4)
          faults.push(`"${cut(text)}" and "${cut(other.text)}" stand over each other`)
      }
    }

    for (const row of main.querySelectorAll('tr')) {
      const { height } = row.getBoundingClientRect()
      if (height > TALL_ROW)
        faults.push(`a row is ${Math.round(height)} px high: ${cut(row.textContent ?? '')}`)
      for (const cell of row.children) {
        if (cell.scrollWidth > cell.clientWidth + 1)
          faults.push(`a cell is too narrow: ${cut(cell.textContent ?? '')}`)
      }
    }
    return [...new Set(faults)]
  })
}
