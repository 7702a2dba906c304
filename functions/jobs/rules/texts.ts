import type { Language } from '../../../shared/errors/error.ts'
import { fillIn } from '../../../shared/text.ts'

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
  'sage-clock-unknown': {
    en: "Sage's clock could not be read: {reason}",
    de: 'Die Uhr von Sage war nicht lesbar: {reason}',
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
  'dry-run': {
    en: 'Dry run: nothing is written; the lines say what a real run would do.',
    de: 'Probelauf: Es wird nichts geschrieben; die Zeilen sagen, was ein echter Lauf täte.',
  },
  'would-be-held': {
    en: 'A real run would be held for approval: it would deactivate {count} of {total} people, at most {limit} are allowed.',
    de: 'Ein echter Lauf würde zur Freigabe angehalten: Er würde {count} von {total} Personen deaktivieren, höchstens {limit} sind erlaubt.',
  },
  'person-would-be-created': { en: '{token}: would be created.', de: '{token}: würde angelegt.' },
  'person-would-be-updated': {
    en: '{token}: would be changed ({fields}).',
    de: '{token}: würde geändert ({fields}).',
  },
  'person-would-be-deactivated': {
    en: '{token}: would be deactivated, because Sage no longer lists this person.',
    de: '{token}: würde deaktiviert, weil Sage diese Person nicht mehr führt.',
  },
  undoing: {
    en: 'Undoing run {run}: {count} changes recorded.',
    de: 'Lauf {run} wird rückgängig gemacht: {count} Änderungen aufgezeichnet.',
  },
  'person-restored': { en: '{token}: as before the run.', de: '{token}: wie vor dem Lauf.' },
  'person-removed': {
    en: '{token}: removed, because the run had created this person.',
    de: '{token}: entfernt, weil der Lauf diese Person angelegt hatte.',
  },
  'person-would-be-restored': {
    en: '{token}: would be as before the run.',
    de: '{token}: wäre wie vor dem Lauf.',
  },
  'person-would-be-removed': {
    en: '{token}: would be removed, because the run had created this person.',
    de: '{token}: würde entfernt, weil der Lauf diese Person angelegt hatte.',
  },
  'person-changed-since': {
    en: '{token}: left as it is, because it was changed after the run.',
    de: '{token}: bleibt, wie sie ist, weil sie nach dem Lauf geändert wurde.',
  },
  'bookings-revived': {
    en: '{count} bookings go on, because their people are there now.',
    de: '{count} Buchungen laufen weiter, weil ihre Personen jetzt da sind.',
  },
  'booking-failed': {
    en: 'Booking {booking} of {token}: {reason}',
    de: 'Buchung {booking} von {token}: {reason}',
  },
  'booking-doubtful': {
    en: 'Booking {booking} of {token}: no clear answer ({reason}); reading back before anything is sent again.',
    de: 'Buchung {booking} von {token}: keine klare Antwort ({reason}); vor erneutem Senden wird nachgelesen.',
  },
  'booking-found': {
    en: 'Booking {booking} of {token}: Sage has it, as reading back showed.',
    de: 'Buchung {booking} von {token}: Sage hat sie, wie das Nachlesen zeigte.',
  },
  'booking-absent': {
    en: 'Booking {booking} of {token}: Sage does not have it; it is sent again.',
    de: 'Buchung {booking} von {token}: Sage hat sie nicht; sie wird erneut gesendet.',
  },
  'booking-held': {
    en: 'Bookings of {token} wait until {until}, when it is certain what became of {booking}.',
    de: 'Buchungen von {token} warten bis {until}; dann steht fest, was aus {booking} wurde.',
  },
  'row-left-out': {
    en: '{path}: {about} is left out, because "{field}" cannot be used: {value}',
    de: '{path}: {about} wird ausgelassen, weil „{field}“ nicht verwendbar ist: {value}',
  },
  'row-lacks-field': {
    en: '{path}: {about} is left out, because "{field}" is missing.',
    de: '{path}: {about} wird ausgelassen, weil „{field}“ fehlt.',
  },
  'row-repeated': {
    en: '{path}: {about} is listed more than once; the further rows say the same and are left out.',
    de: '{path}: {about} ist mehrfach aufgeführt; die weiteren Zeilen sagen dasselbe und werden ausgelassen.',
  },
  'row-ambiguous': {
    en: '{path}: {about} is listed more than once with different contents and is left out; what is known stays as it is.',
    de: '{path}: {about} ist mehrfach mit verschiedenem Inhalt aufgeführt und wird ausgelassen; was bekannt ist, bleibt wie es ist.',
  },
  'rows-left-out': {
    en: '{path}: rows left out: {count}. Correct them at the source; everything else was taken over.',
    de: '{path}: ausgelassene Zeilen: {count}. Bitte an der Quelle berichtigen; alles andere wurde übernommen.',
  },
  'deactivations-put-off': {
    en: '{path}: missing, but left as they are: {count}. They could be among the rows that have no key.',
    de: '{path}: fehlend, aber unverändert belassen: {count}. Sie könnten unter den Zeilen ohne Schlüssel sein.',
  },
  'list-read': { en: '{path}: {count} entries read.', de: '{path}: {count} Einträge gelesen.' },
  'list-planned': {
    en: '{path}: {create} new, {update} changed, {deactivate} to deactivate, {unchanged} unchanged.',
    de: '{path}: {create} neu, {update} geändert, {deactivate} zu deaktivieren, {unchanged} unverändert.',
  },
  'list-empty': {
    en: '{path} came empty; what is known stays as it is.',
    de: '{path} kam leer; was bekannt ist, bleibt wie es ist.',
  },
  'entry-created': { en: '{id} "{name}": created.', de: '{id} „{name}“: angelegt.' },
  'entry-updated': {
    en: '{id} "{name}": changed ({fields}).',
    de: '{id} „{name}“: geändert ({fields}).',
  },
  'entry-restored': { en: '{id}: as before the run again.', de: '{id}: wieder wie vor dem Lauf.' },
  'entry-removed': {
    en: '{id}: removed, because the run had created it.',
    de: '{id}: entfernt, weil der Lauf es angelegt hatte.',
  },
  'entry-changed-since': {
    en: '{id}: left alone, because it was changed after the run.',
    de: '{id}: nicht angerührt, weil es nach dem Lauf geändert wurde.',
  },
  'entry-would-be-restored': {
    en: '{id}: would be as before the run again.',
    de: '{id}: wäre wieder wie vor dem Lauf.',
  },
  'entry-would-be-removed': {
    en: '{id}: would be removed, because the run had created it.',
    de: '{id}: würde entfernt, weil der Lauf es angelegt hatte.',
  },
  'entry-deactivated': {
    en: '{id} "{name}": deactivated, because Sage no longer lists it.',
    de: '{id} „{name}“: deaktiviert, weil Sage den Eintrag nicht mehr führt.',
  },
  'balances-day': { en: 'Balances as of {day}.', de: 'Kontostände zum {day}.' },
  'balances-continued': {
    en: 'An interrupted reading is continued; {count} people were read already.',
    de: 'Ein unterbrochenes Lesen wird fortgesetzt; {count} Personen waren schon gelesen.',
  },
  'balance-created': { en: '{token}: balances read first.', de: '{token}: Kontostände erstmals gelesen.' },
  'balance-updated': { en: '{token}: changed ({accounts}).', de: '{token}: geändert ({accounts}).' },
  'balance-empty': {
    en: '{token}: Sage shows no accounts any more; the known balances stay.',
    de: '{token}: Sage zeigt keine Konten mehr; die bekannten Kontostände bleiben.',
  },
  'balance-unknown-person': {
    en: '{token}: Sage does not know this person; skipped.',
    de: '{token}: Sage kennt diese Person nicht; übersprungen.',
  },
  'balance-left-out': {
    en: '{token}: the answer of Sage cannot be understood ({reason}); the known balances stay.',
    de: '{token}: die Antwort von Sage ist nicht verwendbar ({reason}); die bekannten Kontostände bleiben.',
  },
  'absence-due': { en: '{token}: request {id} is to be sent.', de: '{token}: Antrag {id} ist zu senden.' },
  'absence-exported': {
    en: '{token}: request {id} is in Sage as {sageId}.',
    de: '{token}: Antrag {id} ist in Sage als {sageId}.',
  },
  'absence-doubtful': {
    en: '{token}: no clear answer to request {id} ({reason}). Steg reads back before it sends anything again.',
    de: '{token}: keine klare Antwort auf Antrag {id} ({reason}). Steg liest nach, bevor erneut gesendet wird.',
  },
  'absence-found': {
    en: '{token}: request {id} was found in Sage as {sageId}; it is not sent again.',
    de: '{token}: Antrag {id} wurde in Sage als {sageId} gefunden; er wird nicht noch einmal gesendet.',
  },
  'absence-not-there': {
    en: '{token}: request {id} is not in Sage; it is sent again.',
    de: '{token}: Antrag {id} ist nicht in Sage; er wird erneut gesendet.',
  },
  'absence-refused': {
    en: '{token}: Sage refuses request {id} (status {status}): {reason}',
    de: '{token}: Sage lehnt Antrag {id} ab (Status {status}): {reason}',
  },
  'absence-approved': {
    en: '{token}: request {id} was approved.',
    de: '{token}: Antrag {id} wurde genehmigt.',
  },
  'absence-rejected': {
    en: '{token}: request {id} was rejected.',
    de: '{token}: Antrag {id} wurde abgelehnt.',
  },
  'absence-removed': {
    en: '{token}: request {id} is no longer in Sage.',
    de: '{token}: Antrag {id} ist nicht mehr in Sage.',
  },
  'absence-failed': {
    en: '{token}: the requests wait for the next run: {reason}',
    de: '{token}: die Anträge warten auf den nächsten Lauf: {reason}',
  },
  'absence-person-gone': {
    en: '{token}: Sage does not know this person; the requests wait.',
    de: '{token}: Sage kennt diese Person nicht; die Anträge warten.',
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
  return fillIn(logTexts[code][language], params)
}

const countNames: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  read: { en: 'read', de: 'gelesen' },
  created: { en: 'created', de: 'angelegt' },
  updated: { en: 'changed', de: 'geändert' },
  deactivated: { en: 'deactivated', de: 'deaktiviert' },
  unchanged: { en: 'unchanged', de: 'unverändert' },
  leftOut: { en: 'left out', de: 'ausgelassen' },
  restored: { en: 'as before', de: 'wie zuvor' },
  removed: { en: 'removed', de: 'entfernt' },
  kept: { en: 'changed since and kept', de: 'seither geändert und belassen' },
  exported: { en: 'exported', de: 'exportiert' },
  imported: { en: 'imported', de: 'importiert' },
  pending: { en: 'to be sent', de: 'zu senden' },
  refused: { en: 'refused by Sage', de: 'von Sage abgelehnt' },
  held: { en: 'in doubt', de: 'in Zweifel' },
  people: { en: 'people looked at', de: 'Personen angesehen' },
  approved: { en: 'approved', de: 'genehmigt' },
  rejected: { en: 'rejected', de: 'abgelehnt' },
  open: { en: 'still open', de: 'noch offen' },
  jobs: { en: 'jobs done', de: 'Jobs erledigt' },
}

const dryRunPrefix: Readonly<Record<Language, string>> = {
  en: 'Dry run, nothing written: ',
  de: 'Probelauf, nichts geschrieben: ',
}

/** The counts of a run as one sentence. */
export function describeCounts(
  counts: Readonly<Record<string, number>>,
  language: Language,
  dryRun = false,
): string {
  const format = new Intl.NumberFormat(language === 'de' ? 'de-DE' : 'en-GB')
  const parts = Object.entries(counts).map(
    ([name, count]) => `${format.format(count)} ${countNames[name]?.[language] ?? name}`,
  )
  return (dryRun ? dryRunPrefix[language] : '') + parts.join(', ')
}
