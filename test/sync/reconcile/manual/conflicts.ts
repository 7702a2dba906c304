import { all, change, changeOutside, createOutside, type Rule, remove, run } from './rule.ts'

/** Manuals 003 and 004: conflicts, switches, what lay there before. */
export const conflictRules: readonly Rule[] = [
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
