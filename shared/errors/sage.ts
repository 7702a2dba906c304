import type { ErrorEntry } from './entry.ts'

/** Failures of the Sage HR portal API, as an admin can act on them. */
export const sageErrors = {
  'sage-sign-in-rejected': {
    status: 409,
    retryable: false,
    title: { en: 'Sage rejects the sign-in', de: 'Sage lehnt die Anmeldung ab' },
    detail: {
      en: 'Sage does not accept user "{user}" with the stored password. Correct Mandant.Sage.Username or Mandant.Sage.Password.',
      de: 'Sage nimmt den Benutzer „{user}“ mit dem hinterlegten Passwort nicht an. Bitte Mandant.Sage.Username oder Mandant.Sage.Password berichtigen.',
    },
  },
  'sage-session-lost': {
    status: 502,
    retryable: true,
    title: { en: 'Sage session lost', de: 'Sage-Sitzung verloren' },
    detail: {
      en: 'Sage ended the session again right after a new sign-in. Check that nobody else signs in with the same user and that the application pool is stable.',
      de: 'Sage hat die Sitzung gleich nach der neuen Anmeldung wieder beendet. Bitte prüfen, ob sich sonst jemand mit demselben Benutzer anmeldet und ob der Anwendungspool stabil läuft.',
    },
  },
  'sage-not-json': {
    status: 502,
    retryable: true,
    title: { en: 'Sage answers with a web page', de: 'Sage antwortet mit einer Webseite' },
    detail: {
      en: '{path} answered with {kind} instead of data. Check Mandant.Sage.BaseUrl: it must end in the path of the API, usually /hrportalapi.',
      de: '{path} antwortete mit {kind} statt mit Daten. Bitte Mandant.Sage.BaseUrl prüfen: sie muss auf den Pfad der API enden, meist /hrportalapi.',
    },
  },
  'sage-unexpected-data': {
    status: 502,
    retryable: false,
    title: { en: 'Unexpected data from Sage', de: 'Unerwartete Daten von Sage' },
    detail: {
      en: '{path} answered with data of another form: {problem}. If this installation uses other names, adjust the Sage profile.',
      de: '{path} antwortete mit Daten anderer Form: {problem}. Verwendet diese Installation andere Namen, bitte das Sage-Profil anpassen.',
    },
  },
  'sage-unavailable': {
    status: 503,
    retryable: true,
    title: { en: 'Sage unavailable', de: 'Sage nicht verfügbar' },
    detail: {
      en: 'Sage answered {path} with status {status}, also when asked again. Try again later; if it stays, check the application pool.',
      de: 'Sage beantwortete {path} auch nach Wiederholung mit Status {status}. Bitte später erneut versuchen; bleibt es dabei, den Anwendungspool prüfen.',
    },
  },
  'sage-refused': {
    status: 502,
    retryable: false,
    title: { en: 'Sage refuses the request', de: 'Sage lehnt die Anfrage ab' },
    detail: {
      en: 'Sage answered {path} with status {status}. Check the rights of the Sage user and the Sage profile.',
      de: 'Sage beantwortete {path} mit Status {status}. Bitte die Rechte des Sage-Benutzers und das Sage-Profil prüfen.',
    },
  },
  'sage-list-unstable': {
    status: 503,
    retryable: true,
    title: { en: 'List changed while being read', de: 'Liste änderte sich beim Lesen' },
    detail: {
      en: '{path} changed each of the {attempts} times it was read; nothing was written. Try again when nobody is editing in Sage.',
      de: '{path} änderte sich bei jedem der {attempts} Leseversuche; es wurde nichts geschrieben. Bitte erneut versuchen, wenn in Sage niemand arbeitet.',
    },
  },
  'sage-database-needed': {
    status: 409,
    retryable: false,
    title: { en: 'Choose a Sage database', de: 'Sage-Datenbank wählen' },
    detail: {
      en: 'Sage offers several databases ({names}). Choose one: set Mandant.Sage.WebApiDatabaseConnection to a key from GET /api/v1/sage/databases.',
      de: 'Sage bietet mehrere Datenbanken an ({names}). Bitte eine wählen: Mandant.Sage.WebApiDatabaseConnection auf einen Schlüssel aus GET /api/v1/sage/databases setzen.',
    },
  },
  'sage-database-unknown': {
    status: 409,
    retryable: false,
    title: { en: 'Unknown Sage database', de: 'Unbekannte Sage-Datenbank' },
    detail: {
      en: 'Sage offers no database with the key "{key}". Choose one of those that GET /api/v1/sage/databases lists: {names}.',
      de: 'Sage bietet keine Datenbank mit dem Schlüssel „{key}“ an. Bitte eine aus GET /api/v1/sage/databases wählen: {names}.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
