import type { ErrorEntry } from './entry.ts'

/** Failures of jobs and their runs. */
export const jobErrors = {
  'job-already-active': {
    status: 409,
    retryable: true,
    title: { en: 'Already running', de: 'Läuft bereits' },
    detail: {
      en: '{job} is already queued or running (run {run}). Wait for its end or stop it.',
      de: '{job} ist bereits eingereiht oder läuft (Lauf {run}). Bitte das Ende abwarten oder den Lauf anhalten.',
    },
  },
  'run-not-active': {
    status: 409,
    retryable: false,
    title: { en: 'Run has ended', de: 'Lauf ist beendet' },
    detail: {
      en: 'The run {run} has already ended.',
      de: 'Der Lauf {run} ist bereits beendet.',
    },
  },
  'run-not-held': {
    status: 409,
    retryable: false,
    title: { en: 'Nothing to release', de: 'Nichts freizugeben' },
    detail: {
      en: 'The run {run} is not held by the deactivation guard, so there is nothing to release.',
      de: 'Der Lauf {run} wird nicht von der Deaktivierungssperre gehalten; es gibt nichts freizugeben.',
    },
  },
  'run-abandoned': {
    status: 500,
    retryable: true,
    title: { en: 'Run broken off', de: 'Lauf abgebrochen' },
    detail: {
      en: 'The run was interrupted {attempts|once|# times} and was given up. What it had written stays; the next run completes it.',
      de: 'Der Lauf wurde {attempts|einmal|#-mal} unterbrochen und aufgegeben. Was er geschrieben hat, bleibt; der nächste Lauf vervollständigt es.',
    },
  },
  'run-stopped': {
    status: 409,
    retryable: false,
    title: { en: 'Run stopped', de: 'Lauf angehalten' },
    detail: {
      en: 'The run was stopped by hand. What it had written stays; the next run completes it.',
      de: 'Der Lauf wurde von Hand angehalten. Was er geschrieben hat, bleibt; der nächste Lauf vervollständigt es.',
    },
  },
  'deactivation-guard': {
    status: 409,
    retryable: false,
    title: { en: 'Held: too many deactivations', de: 'Angehalten: zu viele Deaktivierungen' },
    detail: {
      en: 'The run would deactivate {count|#} of {total|# person|# people}; without approval at most {limit|# is|# are} allowed. Nothing was written. If this is right, release it on the page of the run in the portal or with POST /api/v1/jobs/{job}/runs/{run}/release; if not, check Sage (database, rights of the Sage user).',
      de: 'Der Lauf würde {count|#} von {total|# Person|# Personen} deaktivieren; ohne Freigabe {limit|ist höchstens #|sind höchstens #} erlaubt. Es wurde nichts geschrieben. Ist das richtig, auf der Seite des Laufs im Portal oder mit POST /api/v1/jobs/{job}/runs/{run}/release freigeben; wenn nicht, Sage prüfen (Datenbank, Rechte des Sage-Benutzers).',
    },
  },
  'run-not-undoable': {
    status: 409,
    retryable: false,
    title: { en: 'Cannot be undone', de: 'Nicht rückgängig zu machen' },
    detail: {
      en: 'The run {run} cannot be undone: only ended runs of jobs that change people can, and neither dry runs nor runs that undo another.',
      de: 'Der Lauf {run} lässt sich nicht rückgängig machen: Das geht nur bei beendeten Läufen von Jobs, die Personen ändern, und weder bei Probeläufen noch bei Läufen, die einen anderen rückgängig machen.',
    },
  },
  'cron-invalid': {
    status: 400,
    retryable: false,
    title: { en: 'Not a cron expression', de: 'Kein Cron-Ausdruck' },
    detail: {
      en: '"{cron}" is not a cron expression: {problem}. It has five fields: minute, hour, day of month, month, day of week; for example "0 4 * * 1-5" for workdays at 04:00. Once a minute is the most there is.',
      de: '„{cron}“ ist kein Cron-Ausdruck: {problem}. Er hat fünf Felder: Minute, Stunde, Tag des Monats, Monat, Wochentag; zum Beispiel „0 4 * * 1-5“ für werktags 04:00. Öfter als jede Minute geht nicht.',
    },
  },
  'time-zone-unknown': {
    status: 400,
    retryable: false,
    title: { en: 'Unknown time zone', de: 'Unbekannte Zeitzone' },
    detail: {
      en: '"{timeZone}" is not a time zone. Use an IANA name such as Europe/Berlin.',
      de: '„{timeZone}“ ist keine Zeitzone. Bitte einen IANA-Namen wie Europe/Berlin verwenden.',
    },
  },
  'interval-invalid': {
    status: 400,
    retryable: false,
    title: { en: 'Interval not possible', de: 'Abstand nicht möglich' },
    detail: {
      en: 'A schedule cannot come every {seconds|second|# seconds}. Whole numbers from {least} to {most} are possible.',
      de: 'Ein Zeitplan kann nicht {seconds|jede Sekunde|alle # Sekunden} fällig sein. Möglich sind ganze Zahlen von {least} bis {most}.',
    },
  },
  'schedule-never-due': {
    status: 400,
    retryable: false,
    title: { en: 'Schedule is never due', de: 'Zeitplan ist nie fällig' },
    detail: {
      en: '"{cron}" names a day that does not exist, so the job would never run.',
      de: '„{cron}“ nennt einen Tag, den es nicht gibt; der Job würde nie laufen.',
    },
  },
  'child-job-failed': {
    status: 502,
    retryable: true,
    title: { en: 'Part of the run failed', de: 'Teil des Laufs fehlgeschlagen' },
    detail: {
      en: '{job} failed: {reason}',
      de: '{job} ist fehlgeschlagen: {reason}',
    },
  },
} as const satisfies Record<string, ErrorEntry>
