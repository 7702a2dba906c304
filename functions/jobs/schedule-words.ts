import { createRequire } from 'node:module'
import type { Language } from '../../shared/errors/error.ts'

// Its one file for all languages is CommonJS, and what its default is depends on who loads it as a module.
const cronstrue: typeof import('cronstrue/i18n.js') = createRequire(import.meta.url)('cronstrue/i18n.js')

/** As many times of day are named one by one; more are left to the general wording. */
const NAMED_TIMES = 6

/** A schedule that is valid, in words; undefined when there are none for it. */
export function scheduleInWords(cron: string, language: Language): string | undefined {
  const fields = cron.trim().split(/\s+/)
  const times = timesOf(fields[0] ?? '', fields[1] ?? '')
  const [first] = times
  // "At 0 and 30 minutes past the hour, at 02:00" would be right for each and misleading together: name the times.
  const words = describe(
    first === undefined ? fields : [first.minute, first.hour, ...fields.slice(2)],
    language,
  )
  if (words === undefined || first === undefined) return words
  const [last = '', ...others] = times.map(({ text }) => text).reverse()
  const and = language === 'de' ? 'und' : 'and'
  return words.replace(first.text, `${others.reverse().join(', ')} ${and} ${last}`)
}

/** The times of day of a list of minutes in a list of hours; empty where the general wording says it well. */
function timesOf(minutes: string, hours: string) {
  const isList = /^\d{1,2}(,\d{1,2})*$/
  if (!minutes.includes(',') || !isList.test(minutes) || !isList.test(hours)) return []
  const sorted = (field: string) => [...new Set(field.split(',').map(Number))].sort((a, b) => a - b)
  const times = sorted(hours).flatMap((hour) =>
    sorted(minutes).map((minute) => ({
      hour: String(hour),
      minute: String(minute),
      text: `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`,
    })),
  )
  return times.length <= NAMED_TIMES ? times : []
}

function describe(fields: readonly string[], language: Language): string | undefined {
  try {
    const words = cronstrue.default.toString(fields.join(' '), {
      locale: language,
      use24HourTimeFormat: true,
    })
    return language === 'de' ? betterGerman(words) : words
  } catch (error) {
    // It throws texts. What croner understands and it does not has no words.
    if (typeof error === 'string') return undefined
    throw error
  }
}

function betterGerman(words: string): string {
  return words
    .replaceAll('nur jeden ', 'jeden ')
    .replace(/an Tag ([\d, bisund-]+) des Monats/, (_, days: string) => {
      return `am ${days.replace(/\d+/g, '$&.')} des Monats`
    })
}
