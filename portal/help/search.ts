import MiniSearch from 'minisearch'
import type { Topic } from './topic.ts'

export interface Hit {
  readonly id: string
  readonly to: string
  readonly title: string
  readonly heading: string
  readonly excerpt: string
}

const MOST_HITS = 20
const EXCERPT = 160

/** Finds sections by their words, also by their beginnings and with a letter wrong; headings count more than text. */
export function searchIn(topics: readonly Topic[]): (query: string) => readonly Hit[] {
  const sections = topics.flatMap((topic) =>
    topic.sections.map((section, index) => ({
      id: `${topic.name}#${index}`,
      topic: topic.title,
      to: `/help/${topic.name}${section.anchor === '' ? '' : `#${section.anchor}`}`,
      heading: section.heading,
      text: section.text,
    })),
  )
  const byId = new Map(sections.map((section) => [section.id, section]))
  const index = new MiniSearch({
    fields: ['topic', 'heading', 'text'],
    searchOptions: { boost: { topic: 2, heading: 3 }, prefix: true, fuzzy: 0.15, combineWith: 'AND' },
    // "Übergabe" is found by "uebergabe" and by "ubergabe" too.
    processTerm: (term) => folded(term),
  })
  index.addAll(sections)
  return (query) =>
    index
      .search(query)
      .slice(0, MOST_HITS)
      .flatMap(({ id, terms }) => {
        const section = byId.get(id as string)
        if (section === undefined) return []
        const { to, topic, heading, text } = section
        return [{ id: section.id, to, title: topic, heading, excerpt: excerptOf(text, terms) }]
      })
}

function folded(term: string): string {
  return term
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/([aou])e/g, '$1')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
}

/** The words around the first that was searched for. */
function excerptOf(text: string, terms: readonly string[]): string {
  const words = text.split(' ')
  const at = words.findIndex((word) => terms.some((term) => folded(word).includes(term)))
  const from = Math.max(0, at - 8)
  const excerpt = words.slice(from).join(' ').slice(0, EXCERPT)
  return `${from > 0 ? '… ' : ''}${excerpt}${excerpt.length === EXCERPT ? ' …' : ''}`
}
