/**
 * Why an item was treated as it was: each reason leads to one action, and is what the log says. Texts are complete
 * sentences about one item.
 */
export type Action =
  | 'createOutside'
  | 'updateOutside'
  | 'deleteOutside'
  /** Make an outside item inside. */
  | 'takeIn'
  | 'updateInside'
  /** Field by field, in both directions as needed. */
  | 'merge'
  /** Join two items that stand for one. */
  | 'adopt'
  | 'flagDeletedExternally'
  /** "Sync active" off, both items stay. */
  | 'deactivate'
  | 'reactivate'
  /** Wait for somebody's decision. */
  | 'conflict'
  /** Note an outside item so that it is known later, and leave it alone. */
  | 'remember'
  /** Deleted inside, and stays outside unnoticed from now on. */
  | 'keepOutside'
  | 'forget'
  | 'fail'
  | 'nothing'

interface ReasonEntry {
  readonly action: Action
  readonly en: string
  readonly de: string
}

const entries = {
  'nothing-changed': { action: 'nothing', en: 'Nothing changed.', de: 'Nichts geändert.' },
  'new-inside': {
    action: 'createOutside',
    en: 'New in the leading system.',
    de: 'Neu im führenden System.',
  },
  'changed-inside': {
    action: 'updateOutside',
    en: 'Changed in the leading system.',
    de: 'Im führenden System geändert.',
  },
  'written-over': {
    action: 'updateOutside',
    en: 'Changed in the leading system, which writes over what was changed outside.',
    de: 'Im führenden System geändert; das überschreibt, was extern geändert wurde.',
  },
  'made-again': {
    action: 'createOutside',
    en: 'Changed in the leading system and no longer there outside, so it was made again.',
    de: 'Im führenden System geändert und extern nicht mehr vorhanden, deshalb neu angelegt.',
  },
  'deleted-inside': {
    action: 'deleteOutside',
    en: 'Deleted in the leading system.',
    de: 'Im führenden System gelöscht.',
  },
  'deleted-inside-first': {
    action: 'deleteOutside',
    en: 'Deleted in the leading system, which counts more than the change outside.',
    de: 'Im führenden System gelöscht; das zählt mehr als die externe Änderung.',
  },
  'deleted-inside-only': {
    action: 'keepOutside',
    en: 'Deleted in the leading system; it stays outside.',
    de: 'Im führenden System gelöscht; extern bleibt der Eintrag bestehen.',
  },
  'deleted-on-both': {
    action: 'forget',
    en: 'No longer there on either side.',
    de: 'Auf beiden Seiten nicht mehr vorhanden.',
  },
  'new-outside': { action: 'takeIn', en: 'New outside.', de: 'Extern neu.' },
  'existing-changed': {
    action: 'takeIn',
    en: 'Was there outside before and has been changed now.',
    de: 'War extern schon vorhanden und wurde jetzt geändert.',
  },
  'changed-after-deletion': {
    action: 'takeIn',
    en: 'Deleted in the leading system, but changed outside after that, so it was taken in again.',
    de: 'Im führenden System gelöscht, danach aber extern geändert, deshalb wieder übernommen.',
  },
  'new-outside-stays': {
    action: 'nothing',
    en: 'New outside; this kind of synchronisation does not take new items in.',
    de: 'Extern neu; dieses Synchronisationsverfahren übernimmt keine neuen Einträge.',
  },
  'existed-before': {
    action: 'remember',
    en: 'Was there outside before the synchronisation was set up.',
    de: 'War extern schon vor der Einrichtung der Synchronisation vorhanden.',
  },
  'changed-outside': { action: 'updateInside', en: 'Changed outside.', de: 'Extern geändert.' },
  'changed-outside-stays': {
    action: 'nothing',
    en: 'Changed outside; this kind of synchronisation does not take changes in.',
    de: 'Extern geändert; dieses Synchronisationsverfahren übernimmt keine externen Änderungen.',
  },
  'changed-on-both': { action: 'merge', en: 'Changed on both sides.', de: 'Auf beiden Seiten geändert.' },
  undecided: {
    action: 'conflict',
    en: 'Changed on both sides in the same field; somebody has to decide.',
    de: 'Auf beiden Seiten im selben Feld geändert; die Entscheidung steht noch aus.',
  },
  'exported-once': {
    action: 'nothing',
    en: 'Has been exported; later changes are not.',
    de: 'Wurde exportiert; spätere Änderungen werden nicht erneut exportiert.',
  },
  'deleted-outside': {
    action: 'flagDeletedExternally',
    en: 'Deleted outside; it stays in the leading system.',
    de: 'Extern gelöscht; im führenden System bleibt der Eintrag erhalten.',
  },
  'deleted-outside-last': {
    action: 'flagDeletedExternally',
    en: 'Deleted outside after the change in the leading system; it stays there.',
    de: 'Nach der Änderung im führenden System extern gelöscht; dort bleibt der Eintrag erhalten.',
  },
  'deleted-outside-stays': {
    action: 'nothing',
    en: 'Deleted outside; this kind of synchronisation takes no notice.',
    de: 'Extern gelöscht; dieses Synchronisationsverfahren beachtet das nicht.',
  },
  'contact-deleted-outside': {
    action: 'flagDeletedExternally',
    en: 'The contact was deleted outside and is no longer synchronised for this user.',
    de: 'Der Kontakt wurde extern gelöscht und wird für diesen Benutzer nicht mehr synchronisiert.',
  },
  'flagged-before': {
    action: 'nothing',
    en: 'Was deleted outside before and is no longer considered.',
    de: 'Wurde schon früher extern gelöscht und wird nicht mehr berücksichtigt.',
  },
  'found-again': {
    action: 'adopt',
    en: 'There on both sides; the two were linked.',
    de: 'Auf beiden Seiten vorhanden; die Einträge wurden verknüpft.',
  },
  private: {
    action: 'deactivate',
    en: 'Marked as private outside.',
    de: 'Extern als privat gekennzeichnet.',
  },
  series: {
    action: 'deactivate',
    en: 'A series outside, and series are excluded.',
    de: 'Extern ein Serientermin; Serien sind ausgeschlossen.',
  },
  ineligible: {
    action: 'deactivate',
    en: 'Lacks what the synchronisation needs: a due date, or an active contact.',
    de: 'Es fehlt, was die Synchronisation braucht: ein Fälligkeitsdatum oder ein aktiver Kontakt.',
  },
  'left-out': {
    action: 'nothing',
    en: 'Takes no part: private, a series, or without a due date.',
    de: 'Nimmt nicht teil: privat, Serientermin oder ohne Fälligkeitsdatum.',
  },
  'outside-window': {
    action: 'nothing',
    en: 'Begins and ends outside the period that is synchronised.',
    de: 'Beginnt und endet außerhalb des Sync-Zeitraums.',
  },
  'takes-part-again': {
    action: 'reactivate',
    en: 'No longer private, a series or incomplete.',
    de: 'Nicht mehr privat, Serientermin oder unvollständig.',
  },
  meeting: {
    action: 'nothing',
    en: 'A meeting with guests is managed outside; changes in the leading system stay there.',
    de: 'Ein Termin mit Gästen wird extern verwaltet; Änderungen im führenden System bleiben dort.',
  },
  'not-representable': {
    action: 'fail',
    en: 'Holds something that the other side cannot say.',
    de: 'Enthält etwas, das die andere Seite nicht abbilden kann.',
  },
  refused: {
    action: 'fail',
    en: 'Was refused; it is tried again when the item changes.',
    de: 'Wurde abgelehnt; der nächste Versuch folgt, sobald sich der Eintrag ändert.',
  },
  'failed-before': {
    action: 'nothing',
    en: 'Was refused before and has not changed since.',
    de: 'Wurde früher abgelehnt und seither nicht geändert.',
  },
  'export-off': { action: 'nothing', en: 'Export is switched off.', de: 'Der Export ist ausgeschaltet.' },
  'import-off': { action: 'nothing', en: 'Import is switched off.', de: 'Der Import ist ausgeschaltet.' },
} as const satisfies Readonly<Record<string, ReasonEntry>>

export type Reason = keyof typeof entries

export const reasons: Readonly<Record<Reason, ReasonEntry>> = entries
