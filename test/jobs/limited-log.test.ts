import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunContext } from '../../functions/jobs/port.ts'
import { MASKED, maskContacts } from '../../functions/jobs/rules/mask.ts'
import { foldTexts, type LogTexts } from '../../functions/jobs/rules/run-texts.ts'

const lines = {
  counted: { about: 'nobody', en: '{count} read from {source}', de: '{count} gelesen aus {source}' },
  greeted: { about: 'person', en: '{token}: {note}', de: '{token}: {note}' },
  called: { about: 'person', person: 'caller', en: '{caller} called {line}', de: '{caller} rief {line}' },
  mailed: {
    about: 'nobody',
    content: ['subject'],
    ids: ['mail'],
    en: '{mail}: {subject}',
    de: '{mail}: {subject}',
  },
  said: { about: 'anybody', en: 'It says: {reason}', de: 'Er sagt: {reason}' },
  silent: { about: 'nobody', en: 'Nothing.', de: 'Nichts.' },
} as const satisfies LogTexts
const texts = foldTexts([
  { lines, counts: { spoons: { en: '{count|# spoon|# spoons}', de: '{count|# Löffel}' } } },
])

type Params = Readonly<Record<string, string | number>>
const limited = (code: string, params: Params) =>
  texts.forLimited({ code, params }, (token) => token === '1_1')?.params

describe('a line of a log, for somebody who may see only 1_1 (A9)', () => {
  it.each<[string, Params, Params | undefined, string]>([
    ['counted', { count: 123_456, source: 'A' }, { count: 123_456, source: 'A' }, 'about nobody'],
    ['greeted', { token: '1_1', note: 'x' }, { token: '1_1', note: 'x' }, 'about somebody they may see'],
    ['greeted', { token: '1_2', note: 'x' }, undefined, 'about somebody else'],
    ['greeted', { note: 'x' }, undefined, 'about somebody who is not named'],
    ['greeted', { token: 11, note: 'x' }, undefined, 'about something that is no token'],
    ['called', { caller: '1_1', line: 'x' }, { caller: '1_1', line: 'x' }, 'named by another parameter'],
    ['called', { caller: '1_2', token: '1_1', line: 'x' }, undefined, 'only that parameter counts'],
    ['said', { reason: 'x', token: '1_1' }, undefined, 'about anybody'],
    ['of another version', { token: '1_1' }, undefined, 'of which nothing is known'],
    ['toString', { token: '1_1' }, undefined, 'called like what every object has'],
    ['counted', { count: 1, source: 'a@b.de' }, { count: 1, source: MASKED }, 'with an address in it'],
    [
      'greeted',
      { token: '1_1', note: 'T. 0711/123' },
      { token: '1_1', note: `T. ${MASKED}` },
      'with a number',
    ],
    [
      'mailed',
      { mail: 'm-123456789', subject: 'Kündigung' },
      { mail: 'm-123456789', subject: MASKED },
      'with the words of others',
    ],
  ])('%s %j → %j: %s', (code, params, expected, _) => {
    expect(limited(code, params)).toEqual(expected)
  })
})

describe('texts of runs', () => {
  it('are put together once, and two of one name are a mistake', () => {
    expect(() =>
      foldTexts([
        { lines, counts: {} },
        { lines, counts: {} },
      ]),
    ).not.toThrow()
    const other = { silent: { about: 'nobody', en: 'Other.', de: 'Anders.' } } as const
    expect(() =>
      foldTexts([
        { lines, counts: {} },
        { lines: other, counts: {} },
      ]),
    ).toThrow('silent')
  })

  it('show what nobody knows any more by its code', () => {
    expect(texts.describe({ code: 'gone', params: { x: 1 } }, 'de')).toBe('gone')
    expect(texts.describeCounts({ spoons: 1, forks: 1_000 }, 'en')).toBe('1 spoon, 1,000 forks')
    expect(texts.describeCounts({ spoons: 2 }, 'de')).toBe('2 Löffel')
  })

  it('are known to the compiler', () => {
    const written: unknown[] = []
    const context = { log: (...line: unknown[]) => void written.push(line) } as unknown as RunContext<
      typeof lines
    >
    context.log('info', 'counted', { count: 1, source: 'x' })
    context.log('info', 'silent')
    context.log('info', 'finished')
    // @ts-expect-error a parameter is missing
    context.log('info', 'counted', { count: 1 })
    // @ts-expect-error all parameters are missing
    context.log('info', 'counted')
    // @ts-expect-error there is no such text
    context.log('info', 'counted-twice', { count: 1, source: 'x' })
    expect(written).toHaveLength(6)
  })
})

describe('masking', () => {
  const words = fc.array(fc.constantFrom('Anruf', 'von', 'bei', 'Müller:', '(dringend)', 'am', '7', '–'), {
    maxLength: 4,
  })
  const between = fc.constantFrom('', ' ', '/', '-', '.', ' - ', ' (', ') ', '\u00a0', '–')
  const number = fc
    .tuple(
      fc.constantFrom('+49', '0049', '0', '(0', '49', ''),
      fc.array(fc.tuple(between, fc.stringMatching(/^\d{2,5}$/)), { minLength: 3, maxLength: 5 }),
    )
    .map(([prefix, groups]) => prefix + groups.map(([gap, digits]) => gap + digits).join(''))
    // A day is written like this, and stays.
    .filter((text) => !/(?:19|20)\d{2}-\d{2}-\d{2}/.test(text))
  const address = fc
    .tuple(
      fc.stringMatching(/^[a-zäß0-9.+_%-]{1,12}$/),
      fc.stringMatching(/^[a-z0-9-]{1,8}(\.[a-z]{2,4}){1,2}$/),
    )
    .map(([local, domain]) => `${local}@${domain}`)
  const around = (inner: fc.Arbitrary<string>) =>
    fc
      .tuple(words, inner, words)
      .map(([before, text, after]) => [text, [...before, text, ...after].join(' ')] as const)

  it('leaves no telephone number', () => {
    fc.assert(
      fc.property(around(number), ([telephone, text]) => {
        const masked = maskContacts(text)
        const longest = Math.max(0, ...[...masked.matchAll(/\d+/g)].map(([digits]) => digits.length))
        expect(masked, telephone).toContain(MASKED)
        expect(longest, masked).toBeLessThan(5)
      }),
      { numRuns: 2_000, examples: [[['0000-00-00', 'am 0000-00-00']]] },
    )
  })

  it('leaves no mail address', () => {
    fc.assert(
      fc.property(around(address), ([mail, text]) => {
        const masked = maskContacts(text)
        expect(masked).not.toContain('@')
        expect(masked, mail).toContain(MASKED)
      }),
      { numRuns: 2_000, examples: [[['0000@-.aa', '7 0000@-.aa']]] },
    )
  })

  it.each(['a', '(', '1 ', '@', '1', 'a@', '2026-11-02', '1        '])(
    'takes no time over many "%s"',
    (unit) => {
      const text = unit.repeat(2_000_000 / unit.length)
      const started = performance.now()
      maskContacts(text)
      // A pattern that goes back and forth would take hours.
      expect(performance.now() - started).toBeLessThan(5_000)
    },
  )

  it('changes nothing twice, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(maskContacts(maskContacts(text))).toBe(maskContacts(text))
        const plain = text.replace(/[\d@]/g, '')
        expect(maskContacts(plain)).toBe(plain)
      }),
    )
  })

  it.each([
    'bis 2026-11-02T08:00:00+01:00; dann',
    'am 2026-11-02.',
    '2026-11-02T08:00:00.123Z',
    'Raum 1234',
    'Zeiten (7:30)',
  ])('leaves "%s" as it is', (text) => {
    expect(maskContacts(text)).toBe(text)
  })

  it.each([
    ['Tel 2026-11-02', `Tel 2026-11-02`],
    ['0049 2026-11-02', MASKED],
    ['2026-11-02-345678', MASKED],
    ['+2026-11-02', MASKED],
    ['Max.Muster@firma.example, 0711 12345', `${MASKED}, ${MASKED}`],
    ['"Max" <max@x.de>', `"Max" <${MASKED}>`],
    ['bei (0711) 12345', `bei ${MASKED}`],
    ['sip:12345@pbx', `sip:${MASKED}`],
  ])('%s → %s', (text, expected) => {
    expect(maskContacts(text)).toBe(expected)
  })
})
