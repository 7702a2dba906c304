import type { Language } from '../i18n/language.ts'
import { type Topic, topicOf } from './topic.ts'

/** The documents of docs/, as text, each in a file of its own that is loaded when it is read. */
const sources: Readonly<Record<Language, Readonly<Record<string, () => Promise<string>>>>> = {
  en: import.meta.glob<string>('../../docs/*.md', { query: '?raw', import: 'default' }),
  de: import.meta.glob<string>('../../docs/de/*.md', { query: '?raw', import: 'default' }),
}

/** Every document in this language. */
export async function topicsIn(language: Language): Promise<readonly Topic[]> {
  const topics = await Promise.all(
    Object.entries(sources[language]).map(async ([path, load]) => {
      const name = /([^/]+)\.md$/.exec(path)?.[1] ?? path
      return topicOf(name, await load())
    }),
  )
  return topics.sort((a, b) => a.title.localeCompare(b.title, language))
}
