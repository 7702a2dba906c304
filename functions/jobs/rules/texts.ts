import type { CountTexts, LogTexts } from './run-texts.ts'

/** What jobs of every product write into the log of a run. */
export const jobTexts = {
  started: { about: 'nobody', en: 'Started (attempt {attempt}).', de: 'Gestartet (Versuch {attempt}).' },
  connected: {
    about: 'nobody',
    en: 'Connected through agent "{agent}".',
    de: 'Verbunden über den Agenten „{agent}“.',
  },
  'deactivations-confirmed': {
    about: 'nobody',
    en: 'A second reading confirmed {count|#} of {planned|# deactivation|# deactivations}.',
    de: 'Ein zweites Lesen bestätigte {count|#} von {planned|# Deaktivierung|# Deaktivierungen}.',
  },
  released: {
    about: 'nobody',
    en: 'Deactivations were released by hand.',
    de: 'Deaktivierungen wurden von Hand freigegeben.',
  },
  'dry-run': {
    about: 'nobody',
    en: 'Dry run: nothing is written; the lines say what a real run would do.',
    de: 'Probelauf: Es wird nichts geschrieben; die Zeilen sagen, was ein echter Lauf täte.',
  },
  undoing: {
    about: 'nobody',
    ids: ['run'],
    en: 'Undoing run {run}: {count|# change|# changes} recorded.',
    de: 'Lauf {run} wird rückgängig gemacht: {count|# Änderung|# Änderungen} aufgezeichnet.',
  },
  'row-left-out': {
    about: 'anybody',
    en: '{path}: {about} is left out, because "{field}" cannot be used: {value}',
    de: '{path}: {about} wird ausgelassen, weil „{field}“ nicht verwendbar ist: {value}',
  },
  'row-lacks-field': {
    about: 'anybody',
    en: '{path}: {about} is left out, because "{field}" is missing.',
    de: '{path}: {about} wird ausgelassen, weil „{field}“ fehlt.',
  },
  'row-repeated': {
    about: 'anybody',
    en: '{path}: {about} is listed more than once; the further rows say the same and are left out.',
    de: '{path}: {about} ist mehrfach aufgeführt; die weiteren Zeilen sagen dasselbe und werden ausgelassen.',
  },
  'row-ambiguous': {
    about: 'anybody',
    en: '{path}: {about} is listed more than once with different contents and is left out; what is known stays as it is.',
    de: '{path}: {about} ist mehrfach mit verschiedenem Inhalt aufgeführt und wird ausgelassen; was bekannt ist, bleibt wie es ist.',
  },
  'rows-left-out': {
    about: 'nobody',
    en: '{path}: {count|# row is|# rows are} left out. Correct them at the source; everything else was taken over.',
    de: '{path}: {count|# Zeile ist|# Zeilen sind} ausgelassen. Bitte an der Quelle berichtigen; alles andere wurde übernommen.',
  },
  'deactivations-put-off': {
    about: 'nobody',
    en: '{path}: {count|# entry is|# entries are} missing, but left as before: the rows without a key could be theirs.',
    de: '{path}: {count|# Eintrag fehlt|# Einträge fehlen}; es bleibt alles wie bisher: Die Zeilen ohne Schlüssel könnten dazu gehören.',
  },
  'child-started': { about: 'nobody', en: '{job}: started.', de: '{job}: gestartet.' },
  'child-done': { about: 'nobody', en: '{job}: done.', de: '{job}: erledigt.' },
  'child-skipped': {
    about: 'nobody',
    en: '{job}: was already done before the interruption.',
    de: '{job}: war vor der Unterbrechung schon erledigt.',
  },
  'worker-lost': {
    about: 'nobody',
    en: 'Another worker has taken over this run.',
    de: 'Ein anderer Arbeiter hat diesen Lauf übernommen.',
  },
  failed: { about: 'anybody', en: 'Failed: {reason}', de: 'Fehlgeschlagen: {reason}' },
  stopped: { about: 'nobody', en: 'Stopped by hand.', de: 'Von Hand angehalten.' },
  finished: { about: 'nobody', en: 'Finished.', de: 'Beendet.' },
} as const satisfies LogTexts

/** What runs of every product count. */
export const jobCounts = {
  read: { en: '{count|#} read', de: '{count|#} gelesen' },
  created: { en: '{count|#} created', de: '{count|#} angelegt' },
  updated: { en: '{count|#} changed', de: '{count|#} geändert' },
  deactivated: { en: '{count|#} deactivated', de: '{count|#} deaktiviert' },
  unchanged: { en: '{count|#} unchanged', de: '{count|#} unverändert' },
  leftOut: { en: '{count|#} left out', de: '{count|#} ausgelassen' },
  restored: { en: '{count|#} as before', de: '{count|#} wie zuvor' },
  removed: { en: '{count|#} removed', de: '{count|#} entfernt' },
  failed: { en: '{count|#} failed', de: '{count|#} fehlgeschlagen' },
  kept: { en: '{count|#} changed since and kept', de: '{count|#} seither geändert und belassen' },
  jobs: { en: '{count|# job|# jobs} done', de: '{count|# Job|# Jobs} erledigt' },
} as const satisfies CountTexts

export type JobTexts = typeof jobTexts
