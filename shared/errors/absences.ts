import type { ErrorEntry } from './entry.ts'

/** What can be wrong with one request for leave. */
export const absenceErrors = {
  'absence-conflict': {
    status: 409,
    retryable: false,
    title: { en: 'Request id already used', de: 'Antragsnummer schon vergeben' },
    detail: {
      en: 'A request for leave with the id "{id}" and other content was accepted before; that one stays. Give every request an id of its own.',
      de: 'Ein Antrag mit der Nummer „{id}“ und anderem Inhalt wurde schon angenommen; dieser bleibt. Bitte jedem Antrag eine eigene Nummer geben.',
    },
  },
  'absence-person-unknown': {
    status: 409,
    retryable: true,
    title: { en: 'Unknown person', de: 'Unbekannte Person' },
    detail: {
      en: 'There is no person with the external token "{token}"; the request was not kept. Run SysSageSyncPersonen if the person is new in Sage, and send it again.',
      de: 'Es gibt keine Person mit dem externen Token „{token}“; der Antrag wurde nicht aufgenommen. Ist die Person neu in Sage, bitte SysSageSyncPersonen ausführen und erneut senden.',
    },
  },
  'absence-reason-unknown': {
    status: 409,
    retryable: true,
    title: { en: 'Reason cannot be requested', de: 'Grund nicht beantragbar' },
    detail: {
      en: 'The absence reason {reason} is unknown, no longer in Sage, or cannot be requested; the request was not kept. GET /api/v1/absence-reasons lists those that can; SysSageSyncAbwesenheitsgruende brings them up to date.',
      de: 'Der Abwesenheitsgrund {reason} ist unbekannt, nicht mehr in Sage oder nicht beantragbar; der Antrag wurde nicht aufgenommen. GET /api/v1/absence-reasons nennt die möglichen; SysSageSyncAbwesenheitsgruende bringt sie auf den neuesten Stand.',
    },
  },
  'absence-refused': {
    status: 409,
    retryable: false,
    title: { en: 'Sage refuses the request', de: 'Sage lehnt den Antrag ab' },
    detail: {
      en: 'Sage did not take the request for leave (status {status}): {reason} Correct it and send it with a new id.',
      de: 'Sage hat den Antrag nicht angenommen (Status {status}): {reason} Bitte berichtigen und mit neuer Nummer senden.',
    },
  },
  'absence-person-gone': {
    status: 409,
    retryable: true,
    title: { en: 'Person not in Sage', de: 'Person nicht in Sage' },
    detail: {
      en: 'Sage knows nobody with the external token "{token}". The request is kept and goes on by itself once Sage knows the person.',
      de: 'Sage kennt niemanden mit dem externen Token „{token}“. Der Antrag bleibt erhalten und läuft von selbst weiter, sobald Sage die Person kennt.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
