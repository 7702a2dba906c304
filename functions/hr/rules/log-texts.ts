/** What the jobs of this product write into the log of a run, and whom each line may name. */
export const hrLogTexts = {
  'sage-clock': {
    about: 'nobody',
    en: "Sage's clock: {offset} min ahead of UTC, off by {drift} s.",
    de: 'Uhr von Sage: {offset} min vor UTC, Abweichung {drift} s.',
  },
  'sage-clock-wrong': {
    about: 'nobody',
    en: "Sage's clock is off by {drift} s. Set the clock of the Sage server.",
    de: 'Die Uhr von Sage weicht um {drift} s ab. Bitte die Uhr des Sage-Servers stellen.',
  },
  'sage-clock-unknown': {
    about: 'anybody',
    en: "Sage's clock could not be read: {reason}",
    de: 'Die Uhr von Sage war nicht lesbar: {reason}',
  },
  'people-read': {
    about: 'nobody',
    en: '{count|# person|# people} read from Sage.',
    de: '{count|# Person|# Personen} aus Sage gelesen.',
  },
  'people-planned': {
    about: 'nobody',
    en: 'Planned: {create|#} new, {update|#} changed, {deactivate|#} to deactivate, {unchanged|#} unchanged.',
    de: 'Geplant: {create|#} neu, {update|#} geändert, {deactivate|#} zu deaktivieren, {unchanged|#} unverändert.',
  },
  'person-created': { about: 'person', en: '{token}: created.', de: '{token}: angelegt.' },
  'person-updated': {
    about: 'person',
    en: '{token}: changed ({fields}).',
    de: '{token}: geändert ({fields}).',
  },
  'person-deactivated': {
    about: 'person',
    en: '{token}: deactivated, because Sage no longer lists this person.',
    de: '{token}: deaktiviert, weil Sage diese Person nicht mehr führt.',
  },
  'would-be-held': {
    about: 'nobody',
    en: 'A real run would be held for approval: it would deactivate {count|#} of {total|# person|# people}, at most {limit|# is|# are} allowed.',
    de: 'Ein echter Lauf würde zur Freigabe angehalten: Er würde {count|#} von {total|# Person|# Personen} deaktivieren, höchstens {limit|# ist|# sind} erlaubt.',
  },
  'person-would-be-created': {
    about: 'person',
    en: '{token}: would be created.',
    de: '{token}: würde angelegt.',
  },
  'person-would-be-updated': {
    about: 'person',
    en: '{token}: would be changed ({fields}).',
    de: '{token}: würde geändert ({fields}).',
  },
  'person-would-be-deactivated': {
    about: 'person',
    en: '{token}: would be deactivated, because Sage no longer lists this person.',
    de: '{token}: würde deaktiviert, weil Sage diese Person nicht mehr führt.',
  },
  'person-restored': { about: 'person', en: '{token}: as before the run.', de: '{token}: wie vor dem Lauf.' },
  'person-removed': {
    about: 'person',
    en: '{token}: removed, because the run had created this person.',
    de: '{token}: entfernt, weil der Lauf diese Person angelegt hatte.',
  },
  'person-would-be-restored': {
    about: 'person',
    en: '{token}: would be as before the run.',
    de: '{token}: wäre wie vor dem Lauf.',
  },
  'person-would-be-removed': {
    about: 'person',
    en: '{token}: would be removed, because the run had created this person.',
    de: '{token}: würde entfernt, weil der Lauf diese Person angelegt hatte.',
  },
  'person-changed-since': {
    about: 'person',
    en: '{token}: left as it is, because it was changed after the run.',
    de: '{token}: bleibt, wie sie ist, weil sie nach dem Lauf geändert wurde.',
  },
  'bookings-revived': {
    about: 'nobody',
    en: '{count|# booking goes on, because its person is|# bookings go on, because their people are} there now.',
    de: '{count|# Buchung läuft weiter, weil ihre Person jetzt da ist|# Buchungen laufen weiter, weil ihre Personen jetzt da sind}.',
  },
  'booking-failed': {
    about: 'anybody',
    en: 'Booking {booking} of {token}: {reason}',
    de: 'Buchung {booking} von {token}: {reason}',
  },
  'booking-doubtful': {
    about: 'anybody',
    en: 'Booking {booking} of {token}: no clear answer ({reason}); reading back before anything is sent again.',
    de: 'Buchung {booking} von {token}: keine klare Antwort ({reason}); vor erneutem Senden wird nachgelesen.',
  },
  'booking-found': {
    about: 'person',
    ids: ['booking'],
    en: 'Booking {booking} of {token}: Sage has it, as reading back showed.',
    de: 'Buchung {booking} von {token}: Sage hat sie, wie das Nachlesen zeigte.',
  },
  'booking-absent': {
    about: 'person',
    ids: ['booking'],
    en: 'Booking {booking} of {token}: Sage does not have it; it is sent again.',
    de: 'Buchung {booking} von {token}: Sage hat sie nicht; sie wird erneut gesendet.',
  },
  'bookings-delayed': {
    about: 'anybody',
    en: '{token}: the bookings wait for the next run: {reason}',
    de: '{token}: die Buchungen warten auf den nächsten Lauf: {reason}',
  },
  'booking-held': {
    about: 'person',
    ids: ['booking'],
    en: 'Bookings of {token} wait until {until}, when it is certain what became of {booking}.',
    de: 'Buchungen von {token} warten bis {until}; dann steht fest, was aus {booking} wurde.',
  },
  'list-read': {
    about: 'nobody',
    en: '{path}: {count|# entry|# entries} read.',
    de: '{path}: {count|# Eintrag|# Einträge} gelesen.',
  },
  'list-planned': {
    about: 'nobody',
    en: '{path}: {create|#} new, {update|#} changed, {deactivate|#} to deactivate, {unchanged|#} unchanged.',
    de: '{path}: {create|#} neu, {update|#} geändert, {deactivate|#} zu deaktivieren, {unchanged|#} unverändert.',
  },
  'list-empty': {
    about: 'nobody',
    en: '{path} came empty; what is known stays as it is.',
    de: '{path} kam leer; was bekannt ist, bleibt wie es ist.',
  },
  'entry-created': {
    about: 'nobody',
    ids: ['id'],
    en: '{id} "{name}": created.',
    de: '{id} „{name}“: angelegt.',
  },
  'entry-updated': {
    about: 'nobody',
    ids: ['id'],
    en: '{id} "{name}": changed ({fields}).',
    de: '{id} „{name}“: geändert ({fields}).',
  },
  'entry-restored': {
    about: 'nobody',
    ids: ['id'],
    en: '{id}: as before the run again.',
    de: '{id}: wieder wie vor dem Lauf.',
  },
  'entry-removed': {
    about: 'nobody',
    ids: ['id'],
    en: '{id}: removed, because the run had created it.',
    de: '{id}: entfernt, weil der Lauf es angelegt hatte.',
  },
  'entry-changed-since': {
    about: 'nobody',
    ids: ['id'],
    en: '{id}: left alone, because it was changed after the run.',
    de: '{id}: nicht angerührt, weil es nach dem Lauf geändert wurde.',
  },
  'entry-would-be-restored': {
    about: 'nobody',
    ids: ['id'],
    en: '{id}: would be as before the run again.',
    de: '{id}: wäre wieder wie vor dem Lauf.',
  },
  'entry-would-be-removed': {
    about: 'nobody',
    ids: ['id'],
    en: '{id}: would be removed, because the run had created it.',
    de: '{id}: würde entfernt, weil der Lauf es angelegt hatte.',
  },
  'entry-deactivated': {
    about: 'nobody',
    ids: ['id'],
    en: '{id} "{name}": deactivated, because Sage no longer lists it.',
    de: '{id} „{name}“: deaktiviert, weil Sage den Eintrag nicht mehr führt.',
  },
  'balances-day': { about: 'nobody', en: 'Balances as of {day}.', de: 'Kontostände zum {day}.' },
  'balances-continued': {
    about: 'nobody',
    en: 'An interrupted reading is continued; {count|# person was|# people were} read already.',
    de: 'Ein unterbrochenes Lesen wird fortgesetzt; {count|# Person war|# Personen waren} schon gelesen.',
  },
  'balance-created': {
    about: 'person',
    en: '{token}: balances read first.',
    de: '{token}: Kontostände erstmals gelesen.',
  },
  'balance-updated': {
    about: 'person',
    en: '{token}: changed ({accounts}).',
    de: '{token}: geändert ({accounts}).',
  },
  'balance-empty': {
    about: 'person',
    en: '{token}: Sage shows no accounts any more; the known balances stay.',
    de: '{token}: Sage zeigt keine Konten mehr; die bekannten Kontostände bleiben.',
  },
  'balance-unknown-person': {
    about: 'person',
    en: '{token}: Sage does not know this person; skipped.',
    de: '{token}: Sage kennt diese Person nicht; übersprungen.',
  },
  'balance-left-out': {
    about: 'anybody',
    en: '{token}: the answer of Sage cannot be understood ({reason}); the known balances stay.',
    de: '{token}: die Antwort von Sage ist nicht verwendbar ({reason}); die bekannten Kontostände bleiben.',
  },
  'absence-due': {
    about: 'person',
    ids: ['id'],
    en: '{token}: request {id} is to be sent.',
    de: '{token}: Antrag {id} ist zu senden.',
  },
  'absence-exported': {
    about: 'person',
    ids: ['id', 'sageId'],
    en: '{token}: request {id} is in Sage as {sageId}.',
    de: '{token}: Antrag {id} ist in Sage als {sageId}.',
  },
  'absence-doubtful': {
    about: 'anybody',
    en: '{token}: no clear answer to request {id} ({reason}). Steg reads back before it sends anything again.',
    de: '{token}: keine klare Antwort auf Antrag {id} ({reason}). Steg liest nach, bevor erneut gesendet wird.',
  },
  'absence-found': {
    about: 'person',
    ids: ['id', 'sageId'],
    en: '{token}: request {id} was found in Sage as {sageId}; it is not sent again.',
    de: '{token}: Antrag {id} wurde in Sage als {sageId} gefunden; er wird nicht noch einmal gesendet.',
  },
  'absence-not-there': {
    about: 'person',
    ids: ['id'],
    en: '{token}: request {id} is not in Sage; it is sent again.',
    de: '{token}: Antrag {id} ist nicht in Sage; er wird erneut gesendet.',
  },
  'absence-refused': {
    about: 'anybody',
    en: '{token}: Sage refuses request {id} (status {status}): {reason}',
    de: '{token}: Sage lehnt Antrag {id} ab (Status {status}): {reason}',
  },
  'absence-approved': {
    about: 'person',
    ids: ['id'],
    en: '{token}: request {id} was approved.',
    de: '{token}: Antrag {id} wurde genehmigt.',
  },
  'absence-rejected': {
    about: 'person',
    ids: ['id'],
    en: '{token}: request {id} was rejected.',
    de: '{token}: Antrag {id} wurde abgelehnt.',
  },
  'absence-removed': {
    about: 'person',
    ids: ['id'],
    en: '{token}: request {id} is no longer in Sage.',
    de: '{token}: Antrag {id} ist nicht mehr in Sage.',
  },
  'absence-failed': {
    about: 'anybody',
    en: '{token}: the requests wait for the next run: {reason}',
    de: '{token}: die Anträge warten auf den nächsten Lauf: {reason}',
  },
  'absence-person-gone': {
    about: 'person',
    en: '{token}: Sage does not know this person; the requests wait.',
    de: '{token}: Sage kennt diese Person nicht; die Anträge warten.',
  },
} as const

/** What its runs count. */
export const hrCounts = {
  exported: { en: '{count|#} exported', de: '{count|#} exportiert' },
  imported: { en: '{count|#} imported', de: '{count|#} importiert' },
  pending: { en: '{count|#} to be sent', de: '{count|#} zu senden' },
  refused: { en: '{count|#} refused by Sage', de: '{count|#} von Sage abgelehnt' },
  held: { en: '{count|#} in doubt', de: '{count|#} in Zweifel' },
  people: { en: '{count|# person|# people} looked at', de: '{count|# Person|# Personen} angesehen' },
  approved: { en: '{count|#} approved', de: '{count|#} genehmigt' },
  rejected: { en: '{count|#} rejected', de: '{count|#} abgelehnt' },
  open: { en: '{count|#} still open', de: '{count|#} noch offen' },
} as const
