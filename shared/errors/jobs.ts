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
      en: 'The run was interrupted {attempts} times and was given up. What it had written stays; the next run completes it.',
      de: 'Der Lauf wurde {attempts}-mal unterbrochen und aufgegeben. Was er geschrieben hat, bleibt; der nächste Lauf vervollständigt es.',
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
      en: 'The run would deactivate {count} of {total} people; without approval at most {limit} are allowed. Nothing was written. If this is right, release it with POST /api/v1/jobs/{job}/runs/{run}/release; if not, check Sage (database, rights of the Sage user).',
      de: 'Der Lauf würde {count} von {total} Personen deaktivieren; ohne Freigabe sind höchstens {limit} erlaubt. Es wurde nichts geschrieben. Ist das richtig, mit POST /api/v1/jobs/{job}/runs/{run}/release freigeben; wenn nicht, Sage prüfen (Datenbank, Rechte des Sage-Benutzers).',
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
