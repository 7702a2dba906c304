/**
 * The manuals' rules, each with its place (file, section, German key words) and what both sides hold afterwards.
 * Unless a row says otherwise, one item `x` is on both sides before.
 */
import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../functions/sync/reconcile/rules/conditions.ts'
import type { Policy } from '../../../functions/sync/reconcile/rules/decide.ts'
import type { Fields } from '../../../functions/sync/reconcile/rules/item.ts'
import type { Mode } from '../../../functions/sync/reconcile/rules/modes.ts'
import { Pair } from './memory/pair.ts'

interface Rule {
  readonly place: string
  readonly mode: Mode
  readonly policy?: Partial<Policy>
  /** Nothing is on either side before. */
  readonly empty?: boolean
  readonly happens: (pair: Pair, outsideId: string) => void | Promise<void>
  readonly inside: readonly (string | Fields)[]
  readonly outside: readonly (string | Fields)[]
  readonly active?: boolean
  readonly flagged?: boolean
  readonly reason?: string
}

const change =
  (title: string, more: Fields = {}) =>
  ({ inside }: Pair) =>
    inside.userChange('x', { title, ...more })
const changeOutside =
  (title: string, more: Fields = {}) =>
  ({ outside }: Pair, id: string) =>
    outside.userChange(id, { title, ...more })
const remove = ({ inside }: Pair) => inside.userDelete('x')
const removeOutside = ({ outside }: Pair, id: string) => outside.userDelete(id)
const mark =
  (...conditions: Condition[]) =>
  ({ outside }: Pair, id: string) =>
    outside.userMark(id, conditions)
const createOutside =
  (title: string, ...conditions: Condition[]) =>
  ({ outside }: Pair) => {
    outside.userCreate({ title }, { conditions })
  }
const all =
  (...steps: Rule['happens'][]): Rule['happens'] =>
  async (pair, id) => {
    for (const step of steps) await step(pair, id)
  }
const run = async (pair: Pair) => {
  await pair.run()
}

const rules: readonly Rule[] = [
  // Export
  {
    place: '002, Export: einmalig exportieren; neu erzeugte Einträge beim erneuten Export',
    mode: 'export',
    happens: ({ inside }) => inside.userCreate('y', { title: 'y' }),
    inside: ['x', 'y'],
    outside: ['x', 'y'],
  },
  {
    place: '002, Export: künftige Änderungen nicht nochmals exportiert',
    mode: 'export',
    happens: change('x2'),
    inside: ['x2'],
    outside: ['x'],
    reason: 'exported-once',
  },
  {
    place: 'Export: eine externe Änderung kommt nicht zurück',
    mode: 'export',
    happens: changeOutside('x2'),
    inside: ['x'],
    outside: ['x2'],
  },
  {
    place: 'Details: Löschung innen bleibt beim Export außen',
    mode: 'export',
    happens: remove,
    inside: [],
    outside: ['x'],
    reason: 'deleted-inside-only',
  },
  {
    place: 'Details: beim Export extern gelöscht wird nicht neu angelegt und nicht gekennzeichnet',
    mode: 'export',
    happens: all(removeOutside, run, change('x2')),
    inside: ['x2'],
    outside: [],
    active: true,
    flagged: false,
  },
  // One-way
  {
    place: '002, 1-Way-Sync: erstellt und geändert wird gesendet',
    mode: 'one-way',
    happens: all(change('x2'), ({ inside }) => inside.userCreate('y', { title: 'y' })),
    inside: ['x2', 'y'],
    outside: ['x2', 'y'],
  },
  {
    place: '002, 1-Way-Sync: externe Änderungen überschrieben, wenn der Eintrag in PROAD geändert wurde',
    mode: 'one-way',
    happens: all(changeOutside('extern', { place: 'extern' }), run, change('x2')),
    inside: ['x2'],
    outside: ['x2'],
    reason: 'written-over',
  },
  {
    place: '002, 1-Way-Sync: sonst bleibt die externe Änderung stehen',
    mode: 'one-way',
    happens: changeOutside('extern'),
    inside: ['x'],
    outside: ['extern'],
    reason: 'changed-outside-stays',
  },
  {
    place: '002, 1-Way-Sync: im externen System erfasste Daten nicht an PROAD',
    mode: 'one-way',
    happens: createOutside('y'),
    inside: ['x'],
    outside: ['x', 'y'],
  },
  {
    place: '002, 1-Way-Sync, Löschen: auch im externen System gelöscht',
    mode: 'one-way',
    happens: remove,
    inside: [],
    outside: [],
  },
  {
    place: 'Details: export und one-way kennzeichnen nie',
    mode: 'one-way',
    happens: removeOutside,
    inside: ['x'],
    outside: [],
    active: true,
    flagged: false,
  },
  {
    place: '002, 1-Way-Sync: geändert wird gesendet, auch wenn der Eintrag extern fehlt',
    mode: 'one-way',
    happens: all(removeOutside, run, change('x2')),
    inside: ['x2'],
    outside: ['x2'],
    reason: 'made-again',
  },
  // Two-way and full
  ...(['two-way', 'full'] as const).flatMap((mode): Rule[] => {
    const name = mode === 'full' ? 'Komplett-Sync' : '2-Way-Sync'
    return [
      {
        place: `002, ${name}: erstellt und geändert wird gesendet`,
        mode,
        happens: all(change('x2'), ({ inside }) => inside.userCreate('y', { title: 'y' })),
        inside: ['x2', 'y'],
        outside: ['x2', 'y'],
      },
      {
        place: `002, ${name}: Änderungen im externen System auch in PROAD`,
        mode,
        happens: changeOutside('x2'),
        inside: ['x2'],
        outside: ['x2'],
        reason: 'changed-outside',
      },
      {
        place: `002, ${name}: neu erfasste Daten ${mode === 'full' ? 'auch' : 'nicht'} an PROAD`,
        mode,
        happens: createOutside('y'),
        inside: mode === 'full' ? ['x', 'y'] : ['x'],
        outside: ['x', 'y'],
      },
      {
        place: `002, ${name}, Löschen: in PROAD gelöscht, auch im externen System gelöscht`,
        mode,
        happens: remove,
        inside: [],
        outside: [],
      },
      {
        place: `002, ${name}, Löschen: extern gelöscht, Kennung, Daten bleiben in PROAD`,
        mode,
        happens: removeOutside,
        inside: ['x'],
        outside: [],
        active: false,
        flagged: true,
        reason: 'deleted-outside',
      },
      {
        place: `002, ${name}, Löschen: gekennzeichnete Daten nicht mehr berücksichtigt`,
        mode,
        happens: all(removeOutside, run, change('x2')),
        inside: ['x2'],
        outside: [],
        active: false,
        flagged: true,
        reason: 'flagged-before',
      },
      {
        place: `002, ${name}, Löschen: gekennzeichnete können manuell gelöscht werden`,
        mode,
        happens: all(removeOutside, run, remove),
        inside: [],
        outside: [],
      },
      ...(['private', 'series'] as const).flatMap((condition): Rule[] => [
        {
          place: `002, Bedingungen, ${name}: „${condition}“ wird ausgeschlossen, auch wenn aus PROAD erstellt`,
          mode,
          policy: { series: 'exclude' },
          happens: all(mark(condition), run, change('x2'), changeOutside('extern')),
          inside: ['x2'],
          outside: ['extern'],
          active: false,
          flagged: false,
        },
        {
          place: `002, Bedingungen, ${name}: extern neu als „${condition}“ kommt nicht herein`,
          mode,
          policy: { series: 'exclude' },
          happens: createOutside('y', condition),
          inside: ['x'],
          outside: ['x', 'y'],
        },
        {
          place: `${name}: nicht mehr „${condition}“, nimmt wieder teil, und beide Änderungen kommen an`,
          mode,
          policy: { series: 'exclude' },
          happens: all(
            mark(condition),
            run,
            change('x', { note: 'innen' }),
            changeOutside('x2'),
            run,
            mark(),
          ),
          inside: [{ title: 'x2', note: 'innen' }],
          outside: [{ title: 'x2', note: 'innen' }],
          active: true,
        },
      ]),
      {
        place: `Details: Verlassen des Zeitraums ist keine Löschung (${name})`,
        mode,
        happens: all(mark('outside-window'), changeOutside('x2')),
        inside: ['x2'],
        outside: ['x2'],
        active: true,
        flagged: false,
      },
      {
        place: `002, Bedingungen, ${name}: Aufgaben nur mit Fälligkeitsdatum (extern entfernt)`,
        mode,
        happens: all(mark('ineligible'), changeOutside('x2')),
        inside: ['x'],
        outside: ['x2'],
        active: false,
        flagged: false,
      },
      {
        place: `002, Bedingungen, ${name}: Teilnehmer nicht synchronisiert; Details: Termin mit Gästen nie beschrieben`,
        mode,
        happens: all(mark('meeting'), changeOutside('x2'), change('x', { note: 'innen' })),
        inside: [{ title: 'x2', note: 'innen' }],
        outside: ['x2'],
      },
      {
        place: `Details: Termin mit Gästen wird auch durch Löschen innen nicht gelöscht (${name})`,
        mode,
        happens: all(mark('meeting'), run, remove, run, changeOutside('x2')),
        inside: [],
        outside: ['x2'],
      },
    ]
  }),
  ...(['export', 'one-way'] as const).flatMap((mode): Rule[] =>
    (['private', 'series'] as const).map((condition) => ({
      place: `002, Bedingungen, Export/1-Way: „${condition}“ wird ignoriert (${mode})`,
      mode,
      policy: { series: 'exclude' },
      happens: mark(condition),
      inside: ['x'],
      outside: ['x'],
      flagged: false,
    })),
  ),
  {
    place: '002, Bedingungen, 1-Way: ein weiterer Termin parallel, nach der nächsten Änderung (Details)',
    mode: 'one-way',
    happens: all(mark('private'), run, change('x2')),
    inside: ['x2'],
    outside: ['x', 'x2'],
    reason: 'made-again',
  },
  {
    place: '002, Bedingungen, 1-Way: den privaten Termin löscht auch eine Löschung in PROAD nicht',
    mode: 'one-way',
    happens: all(mark('private'), run, remove),
    inside: [],
    outside: ['x'],
  },
  // Conditions
  {
    place:
      '002, Bedingungen: aus PROAD heraus unabhängig vom Zeitpunkt; Komplett: außerhalb des Zeitraums nicht herein',
    mode: 'full',
    happens: createOutside('y', 'outside-window'),
    inside: ['x'],
    outside: ['x', 'y'],
    reason: 'outside-window',
  },
  {
    place: '002, Bedingungen: leere Betreffzeile, es wird ein Punkt eingefügt',
    mode: 'full',
    happens: ({ inside }) => inside.userCreate('y', { title: '' }),
    inside: ['x', ''],
    outside: ['x', '.'],
  },
  {
    place: '002, Bedingungen: der Punkt kommt nicht als Änderung zurück',
    mode: 'full',
    happens: all(
      ({ inside }) => inside.userCreate('y', { title: '' }),
      run,
      ({ outside }) => outside.expireTokens(),
      ({ inside }) => inside.userChange('y', { note: 'n' }),
    ),
    inside: ['x', { title: '', note: 'n' }],
    outside: ['x', { title: '.', note: 'n' }],
  },
  {
    place: '002, Bedingungen: Aufgaben nur mit Fälligkeitsdatum (aus PROAD)',
    mode: 'full',
    happens: ({ inside }) => inside.userCreate('y', { title: 'y' }, ['ineligible']),
    inside: ['x', 'y'],
    outside: ['x'],
    reason: 'ineligible',
  },
  {
    place: '002, Bedingungen: bekommt die Aufgabe ein Fälligkeitsdatum, geht sie hinaus',
    mode: 'full',
    happens: all(
      ({ inside }) => inside.userCreate('y', { title: 'y' }, ['ineligible']),
      run,
      ({ inside }) => inside.userMark('y', []),
    ),
    inside: ['x', 'y'],
    outside: ['x', 'y'],
  },
  {
    place: '002, Hinweise: Erinnerungen nur von PROAD an das externe System',
    mode: 'full',
    policy: { fields: { alert: 'out' } },
    happens: all(change('x', { alert: '15' }), run, changeOutside('x', { alert: '30' })),
    inside: [{ title: 'x', alert: '15' }],
    outside: [{ title: 'x', alert: '30' }],
  },
  {
    place: '002, Generelle Informationen: PROAD ist führend, auch bei Konflikten',
    mode: 'full',
    happens: all(change('innen'), changeOutside('extern')),
    inside: ['innen'],
    outside: ['innen'],
    reason: 'changed-on-both',
  },
  {
    place: 'Details: leading, Löschung innen gewinnt gegen Änderung außen',
    mode: 'two-way',
    happens: all(remove, changeOutside('extern')),
    inside: [],
    outside: [],
    reason: 'deleted-inside-first',
  },
  {
    place: '002, Generelle Informationen: führend auch gegen eine externe Löschung, wenn geändert wurde',
    mode: 'two-way',
    happens: all(change('x2'), removeOutside),
    inside: ['x2'],
    outside: ['x2'],
    flagged: false,
    reason: 'made-again',
  },
  // Contacts
  {
    place: '002, Kontakte: nur aktive Kontakte',
    mode: 'contacts',
    happens: ({ inside }) => inside.userCreate('y', { title: 'y' }, ['ineligible']),
    inside: ['x', 'y'],
    outside: ['x'],
  },
  {
    place: '002, Kontakte: Änderungen aus PROAD heraus, externe nicht übernommen',
    mode: 'contacts',
    happens: all(changeOutside('extern'), run, change('x2')),
    inside: ['x2'],
    outside: ['x2'],
  },
  {
    place: '002, Kontakte: extern gelöscht, aus der Synchronisation genommen, in PROAD nicht gelöscht',
    mode: 'contacts',
    happens: all(removeOutside, run, change('x2')),
    inside: ['x2'],
    outside: [],
    active: false,
  },
  {
    place: '002, Kontakte: in PROAD gelöscht, nicht aus dem externen System entfernt',
    mode: 'contacts',
    happens: remove,
    inside: [],
    outside: ['x'],
  },
  // Conflict rules of 003
  {
    place: '003, Konfliktbehandlung: der neuste Stand gewinnt (extern später)',
    mode: 'full',
    policy: { conflict: 'newest' },
    happens: all(change('innen'), changeOutside('extern')),
    inside: ['extern'],
    outside: ['extern'],
  },
  {
    place: '003, Konfliktbehandlung: der neuste Stand gewinnt (CRM später)',
    mode: 'full',
    policy: { conflict: 'newest' },
    happens: all(changeOutside('extern'), change('innen')),
    inside: ['innen'],
    outside: ['innen'],
  },
  {
    place: '003, Konfliktbehandlung: CRM gewinnt immer',
    mode: 'full',
    policy: { conflict: 'leading' },
    happens: all(change('innen'), changeOutside('extern')),
    inside: ['innen'],
    outside: ['innen'],
  },
  {
    place:
      '003, Konfliktbehandlung: für jeden Datensatz entscheiden; bis dahin bleibt beides, anderes geht durch',
    mode: 'full',
    policy: { conflict: 'ask' },
    happens: all(change('innen', { note: 'n' }), changeOutside('extern', { place: 'p' })),
    inside: [{ title: 'innen', note: 'n', place: 'p' }],
    outside: [{ title: 'extern', note: 'n', place: 'p' }],
  },
  ...(['inside', 'outside'] as const).map(
    (take): Rule => ({
      place: `003, Konfliktbehandlung: für jeden Datensatz entschieden (${take})`,
      mode: 'full',
      policy: { conflict: 'ask' },
      happens: all(change('innen'), changeOutside('extern'), run, ({ links }) => links.decide('x', take)),
      inside: [take === 'inside' ? 'innen' : 'extern'],
      outside: [take === 'inside' ? 'innen' : 'extern'],
    }),
  ),
  {
    place: '003, neuste: extern nach der Löschung geändert, kommt zurück',
    mode: 'full',
    policy: { conflict: 'newest' },
    happens: all(remove, changeOutside('extern')),
    inside: ['extern'],
    outside: ['extern'],
    reason: 'changed-after-deletion',
  },
  // Switches of 004
  {
    place: '004, Wichtig: Infotexte nur nach Outlook, nicht zurück',
    mode: 'full',
    policy: { fields: { note: 'out' } },
    happens: all(change('x', { note: 'innen' }), run, changeOutside('x2', { note: 'extern' })),
    inside: [{ title: 'x2', note: 'innen' }],
    outside: [{ title: 'x2', note: 'extern' }],
  },
  {
    place: '004, Feld „Informationen“ nicht hinterlegen',
    mode: 'full',
    policy: { fields: { note: 'none' } },
    happens: change('x2', { note: 'innen' }),
    inside: [{ title: 'x2', note: 'innen' }],
    outside: ['x2'],
  },
  {
    place: '004, Daten nach Exchange exportieren: aus',
    mode: 'full',
    policy: { export: false },
    empty: true,
    happens: all(run, ({ inside }) => inside.userCreate('y', { title: 'y' }), createOutside('z')),
    inside: ['y', 'z'],
    outside: ['z'],
  },
  {
    place: '004, Daten von Exchange importieren: aus',
    mode: 'full',
    policy: { import: false },
    happens: all(changeOutside('extern'), createOutside('z'), change('x', { note: 'innen' })),
    inside: [{ title: 'x', note: 'innen' }],
    outside: [{ title: 'extern', note: 'innen' }, 'z'],
  },
  {
    place: '004, Wichtig: vor der Einrichtung angelegte Datensätze nicht übertragen',
    mode: 'full',
    empty: true,
    happens: all(createOutside('alt'), run, ({ outside }) => outside.expireTokens()),
    inside: [],
    outside: ['alt'],
  },
  {
    place: '004, Wichtig: außer bei einer Änderung dieser',
    mode: 'full',
    empty: true,
    happens: all(createOutside('alt'), run, ({ outside }) => {
      for (const id of outside.items.keys()) outside.userChange(id, { title: 'neu' })
    }),
    inside: ['neu'],
    outside: ['neu'],
    reason: 'existing-changed',
  },
  {
    place: 'Details: importExisting übernimmt, was vorher da war',
    mode: 'full',
    policy: { importExisting: true },
    empty: true,
    happens: createOutside('alt'),
    inside: ['alt'],
    outside: ['alt'],
  },
]

const project = (fields: Fields) => ({ fields: { ...fields, title: fields.title || '.' } })

function short(fields: Fields): string | Fields {
  const names = Object.keys(fields)
  return names.length === 1 && typeof fields.title === 'string' ? fields.title : fields
}

describe('the manuals', () => {
  test.each(rules.map((rule) => [`${rule.mode} · ${rule.place}`, rule] as const))('%s', async (_, rule) => {
    const pair = new Pair({ policy: { mode: rule.mode, ...rule.policy }, manners: { project } })
    if (rule.empty !== true) {
      pair.inside.userCreate('x', { title: 'x' })
      await pair.run()
    }
    await rule.happens(pair, [...pair.outside.items.keys()][0] ?? '')
    expect(await pair.run()).toMatchObject({ kind: 'done', open: 0 })
    expect(pair.insideFields().map(short)).toEqual(rule.inside)
    expect(pair.outsideFields().map(short)).toEqual(rule.outside)
    const link = pair.link('x')
    if (rule.active !== undefined) expect(link?.active).toBe(rule.active)
    if (rule.flagged !== undefined) expect(link?.deletedExternally).toBe(rule.flagged)
    if (rule.reason !== undefined) expect(pair.reports.map(({ reason }) => reason)).toContain(rule.reason)
    // Whatever it was, it is done: two more runs, the second without any write.
    const { writes } = pair
    await pair.run()
    const { saves } = pair.links
    await pair.run()
    expect(pair.writes).toBe(writes)
    expect(pair.links.saves).toBe(saves)
  })
})
