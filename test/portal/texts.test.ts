import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { texts as de } from '../../portal/i18n/de/texts.ts'
import { texts as en } from '../../portal/i18n/en/texts.ts'

function flat(value: unknown, path = ''): readonly (readonly [key: string, text: string])[] {
  if (typeof value === 'string') return [[path, value]]
  return Object.entries(value as object).flatMap(([key, inner]) =>
    flat(inner, path === '' ? key : `${path}.${key}`),
  )
}

const placeholders = (text: string) =>
  [...new Set([...text.matchAll(/\{\{(\w+)/g)].map(([, name]) => name))].sort()

describe('texts of the portal', () => {
  const german = new Map(flat(de))
  const english = new Map(flat(en))

  it('exist in German and English, with the same places for values', () => {
    expect([...english.keys()].sort()).toEqual([...german.keys()].sort())
    for (const [key, text] of german) {
      expect(text.trim(), key).not.toBe('')
      expect(english.get(key)?.trim(), key).not.toBe('')
      expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text))
    }
  })

  it('bend with a number in front of them', () => {
    const plural =
      /\{\{\w+\}\} (?:people|users|groups|bookings|jobs|tokens|lines|entries|agents|tenants|Personen|Benutzer|Gruppen|Buchungen|Jobs|Token|Zeilen|Einträge|Agenten|Mandanten)\b/
    // The guard holds no run that concerns fewer than four people.
    const alwaysMany = /^jobs\.held\./
    for (const [key, text] of [...german, ...english]) {
      if (!alwaysMany.test(key) && !key.endsWith('_other')) expect(text, key).not.toMatch(plural)
      if (key.endsWith('_other')) expect(german.has(key.replace(/_other$/, '_one')), key).toBe(true)
    }
  })

  it('are all used', () => {
    const sources = globSync('portal/**/*.{ts,tsx}', {
      exclude: ['portal/i18n/*/*.ts', 'portal/api/schema.d.ts'],
    })
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n')
    // A key may be put together: t(`state.${state}`) uses every key that begins and ends so.
    const composed = [...sources.matchAll(/\b(?:t|common)\(`((?:[\w.]|\$\{[\w.]+\})+)`/g)].map(
      ([, text = '']) => new RegExp(`^${text.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '[\\w-]+')}$`),
    )
    const unused = [...german.keys()].filter((key) => {
      // The area is chosen by useTranslation; plural forms are one key.
      const short = key.slice(key.indexOf('.') + 1).replace(/_(?:zero|one|other)$/, '')
      return !sources.includes(`'${short}'`) && !composed.some((pattern) => pattern.test(short))
    })
    expect(unused).toEqual([])
  })
})
