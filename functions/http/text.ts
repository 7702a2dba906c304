import { z } from 'zod'
import type { Language } from '../../shared/errors/error.ts'

const locales: Readonly<Record<Language, z.core.$ZodErrorMap>> = {
  en: z.locales.en().localeError,
  de: z.locales.de().localeError,
}

/** What is wrong, for a check of our own. The language is known only when a request is judged, so both go along. */
export function said(texts: Readonly<Record<Language, string>>): { params: { texts: typeof texts } } {
  return { params: { texts } }
}

/** The texts of a schema in a language, for one parse: zod's global locale would be shared by all requests. */
export function errorTexts(language: Language): z.core.$ZodErrorMap {
  return (issue) =>
    issue.code === 'custom' && isTexts(issue.params?.texts)
      ? issue.params.texts[language]
      : locales[language](issue)
}

function isTexts(value: unknown): value is Readonly<Record<Language, string>> {
  return typeof value === 'object' && value !== null && 'en' in value && 'de' in value
}

/** One line that people read: no control characters, no half characters; blanks around it are taken away. */
export function line(most: number, least = 1) {
  return z
    .string()
    .trim()
    .min(least)
    .max(most)
    .refine(
      isPlain,
      said({
        en: 'control characters and halves of characters are not possible',
        de: 'Steuerzeichen und halbe Zeichen sind nicht möglich',
      }),
    )
}

function isPlain(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text)
}

/** The form of every id that the hub gives out. It is possible as a key of the store. */
export const Id = z.string().regex(/^[0-9A-Za-z_.~-]{1,64}$/)
