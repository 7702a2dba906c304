import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

export const languages = ['de', 'en'] as const
export type Language = (typeof languages)[number]

const KEPT_AS = 'steg.language'

export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value)
}

/** What was chosen here; otherwise the first of the browser's languages that there is; otherwise English. */
function preferredLanguage(): Language {
  const chosen = localStorage.getItem(KEPT_AS)
  if (isLanguage(chosen)) return chosen
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en'
}

/** One file for each language, so that nobody loads the other one. */
const load = {
  de: async () => (await import('./de/texts.ts')).texts,
  en: async () => (await import('./en/texts.ts')).texts,
} as const

export async function startLanguage(): Promise<void> {
  const language = preferredLanguage()
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: await load[language]() },
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
    returnNull: false,
  })
  document.documentElement.lang = language
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : 'en'
}

/** Shows the portal in this language, and the next time as well. */
export async function changeLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT_AS, language)
  if (language === currentLanguage()) return
  const texts = await load[language]()
  for (const [area, resources] of Object.entries(texts)) i18next.addResourceBundle(language, area, resources)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}
