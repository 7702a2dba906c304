import { describe, expect, it } from 'vitest'
import type { LogText } from '../../functions/jobs/rules/run-texts.ts'
import { catalogue } from '../../shared/errors/error.ts'
import { fillIn } from '../../shared/text.ts'
import { allCounts, allLines, runTexts } from './run-texts.ts'

const namesIn = (text: string) =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? ''))].sort()

describe('a text of a run', () => {
  it.each(Object.entries<LogText>(allLines))('%s says whom it may name', (_, text) => {
    const names = namesIn(text.en)
    expect(namesIn(text.de)).toEqual(names)
    if (text.about === 'person') expect(names).toContain(text.person ?? 'token')
    if (text.about === 'nobody') expect(names).not.toContain('token')
    // What a foreign server says may name anybody.
    if (names.includes('reason')) expect(text.about).toBe('anybody')
    for (const name of [...(text.content ?? []), ...(text.ids ?? [])]) expect(names).toContain(name)
  })

  it.each(Object.entries(allCounts))('the count %s is written as a number of its language', (name, text) => {
    expect(namesIn(text.en)).toEqual(['count'])
    expect(namesIn(text.de)).toEqual(['count'])
    expect(runTexts.describeCounts({ [name]: 1_234 }, 'de')).toContain('1.234')
  })
})

describe('plural forms', () => {
  const all = [
    ...Object.entries<LogText>(allLines).map(([code, { en, de }]) => ({ code, en, de })),
    ...Object.entries(catalogue).map(([code, { detail }]) => ({ code, en: detail.en, de: detail.de })),
  ]

  /** A plain number in front of a word that has a plural: "{count} people". */
  const bare = {
    en: /\{\w+\} (?:people|persons|bookings|entries|changes|deactivations|requests|groups|tokens|attempts|times|bytes|seconds|characters|users|runs|jobs|lines)\b/,
    de: /\{\w+\} (?:Personen|Buchungen|Einträge|Änderungen|Deaktivierungen|Anträge|\w*[Gg]ruppen|Token|Versuche\w*|Byte|Sekunden|Zeichen|Benutzer|Läufe|Jobs|Zeilen)\b/,
  }

  it.each(all)('$code has no number before a word that does not bend', ({ en, de }) => {
    expect(en).not.toMatch(bare.en)
    expect(de).not.toMatch(bare.de)
  })

  it.each(all)('$code has at most two forms, and both languages bend the same', ({ en, de }) => {
    for (const [, , forms] of [...en.matchAll(/\{(\w+)\|([^}]*)\}/g)])
      expect(forms?.split('|').length).toBeLessThan(3)
    for (const [, , forms] of [...de.matchAll(/\{(\w+)\|([^}]*)\}/g)])
      expect(forms?.split('|').length).toBeLessThan(3)
    const counted = (text: string) => new Set([...text.matchAll(/\{(\w+)\|/g)].map(([, name]) => name))
    expect(counted(de)).toEqual(counted(en))
  })

  it.each([
    ['people-read', { count: 1 }, '1 Person aus Sage gelesen.', '1 person read from Sage.'],
    [
      'bookings-revived',
      { count: 1 },
      '1 Buchung läuft weiter, weil ihre Person jetzt da ist.',
      '1 booking goes on, because its person is there now.',
    ],
    ['list-read', { path: 'x', count: 1 }, 'x: 1 Eintrag gelesen.', 'x: 1 entry read.'],
    ['list-read', { path: 'x', count: 1_500 }, 'x: 1.500 Einträge gelesen.', 'x: 1,500 entries read.'],
  ])('%s with %j', (code, params, de, en) => {
    expect(runTexts.describe({ code, params: params as Record<string, string | number> }, 'de')).toBe(de)
    expect(runTexts.describe({ code, params: params as Record<string, string | number> }, 'en')).toBe(en)
  })

  it('hold in errors as well', () => {
    const { en, de } = catalogue['deactivation-guard'].detail
    const params = { count: 1, total: 1, limit: 1, job: 'J', run: 'r' }
    expect(fillIn(en, params, 'en')).toContain(
      'would deactivate 1 of 1 person; without approval at most 1 is allowed',
    )
    expect(fillIn(de, params, 'de')).toContain(
      '1 von 1 Person deaktivieren; ohne Freigabe ist höchstens 1 erlaubt',
    )
  })
})
