import type { Language } from '../../../shared/errors/error.ts'

/** What a run writes into its log, in both languages; `{name}` marks a parameter. */
export const logTexts = {
  started: { en: 'Started (attempt {attempt}).', de: 'Gestartet (Versuch {attempt}).' },
  connected: { en: 'Connected through agent "{agent}".', de: 'Verbunden über den Agenten „{agent}“.' },
  'sage-clock': {
    en: "Sage's clock: {offset} min ahead of UTC, off by {drift} s.",
    de: 'Uhr von Sage: {offset} min vor UTC, Abweichung {drift} s.',
  },
  'sage-clock-wrong': {
    en: "Sage's clock is off by {drift} s. Set the clock of the Sage server.",
    de: 'Die Uhr von Sage weicht um {drift} s ab. Bitte die Uhr des Sage-Servers stellen.',
  },
  'people-read': { en: '{count} people read from Sage.', de: '{count} Personen aus Sage gelesen.' },
  'people-planned': {
    en: 'Planned: {create} new, {update} changed, {deactivate} to deactivate, {unchanged} unchanged.',
    de: 'Geplant: {create} neu, {update} geändert, {deactivate} zu deaktivieren, {unchanged} unverändert.',
  },
  'deactivations-confirmed': {
    en: 'A second reading confirmed {count} of {planned} deactivations.',
    de: 'Ein zweites Lesen bestätigte {count} von {planned} Deaktivierungen.',
  },
  released: {
    en: 'Deactivations were released by hand.',
    de: 'Deaktivierungen wurden von Hand freigegeben.',
  },
  'person-created': { en: '{token}: created.', de: '{token}: angelegt.' },
  'person-updated': { en: '{token}: changed ({fields}).', de: '{token}: geändert ({fields}).' },
  'person-deactivated': {
    en: '{token}: deactivated, because Sage no longer lists this person.',
    de: '{token}: deaktiviert, weil Sage diese Person nicht mehr führt.',
  },
  'child-started': { en: '{job}: started.', de: '{job}: gestartet.' },
  'child-done': { en: '{job}: done.', de: '{job}: erledigt.' },
  'child-skipped': {
    en: '{job}: was already done before the interruption.',
    de: '{job}: war vor der Unterbrechung schon erledigt.',
  },
  'worker-lost': {
    en: 'Another worker has taken over this run.',
    de: 'Ein anderer Arbeiter hat diesen Lauf übernommen.',
  },
  failed: { en: 'Failed: {reason}', de: 'Fehlgeschlagen: {reason}' },
  stopped: { en: 'Stopped by hand.', de: 'Von Hand angehalten.' },
  finished: { en: 'Finished.', de: 'Beendet.' },
} as const satisfies Record<string, Readonly<Record<Language, string>>>

export type LogCode = keyof typeof logTexts
export type LogParams = Readonly<Record<string, string | number>>

export function describeLog(code: LogCode, params: LogParams, language: Language): string {
  return logTexts[code][language].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  )
}

const countNames: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  read: { en: 'read', de: 'gelesen' },
  created: { en: 'created', de: 'angelegt' },
  updated: { en: 'changed', de: 'geändert' },
  deactivated: { en: 'deactivated', de: 'deaktiviert' },
  unchanged: { en: 'unchanged', de: 'unverändert' },
  jobs: { en: 'jobs done', de: 'Jobs erledigt' },
}

/** The counts of a run as one sentence. */
export function describeCounts(counts: Readonly<Record<string, number>>, language: Language): string {
  const format = new Intl.NumberFormat(language === 'de' ? 'de-DE' : 'en-GB')
  const parts = Object.entries(counts).map(
    ([name, count]) => `${format.format(count)} ${countNames[name]?.[language] ?? name}`,
  )
  return parts.join(', ')
}
