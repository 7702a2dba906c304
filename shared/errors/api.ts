import type { ErrorEntry } from './entry.ts'

/** Failures of a call to the HTTP API itself. */
export const apiErrors = {
  'invalid-request': {
    status: 400,
    retryable: false,
    title: { en: 'Invalid request', de: 'Ungültige Anfrage' },
    detail: {
      en: 'The request does not have the expected form: {problems}. Correct it and send it again.',
      de: 'Die Anfrage hat nicht die erwartete Form: {problems}. Bitte korrigieren und erneut senden.',
    },
  },
  'malformed-json': {
    status: 400,
    retryable: false,
    title: { en: 'Not JSON', de: 'Kein JSON' },
    detail: {
      en: 'The body is not valid JSON. Send JSON in UTF-8 with Content-Type: application/json.',
      de: 'Der Inhalt ist kein gültiges JSON. Bitte JSON in UTF-8 mit Content-Type: application/json senden.',
    },
  },
  'unsupported-media-type': {
    status: 415,
    retryable: false,
    title: { en: 'Unsupported media type', de: 'Nicht unterstütztes Format' },
    detail: {
      en: 'The body must be sent with Content-Type: application/json.',
      de: 'Der Inhalt muss mit Content-Type: application/json gesendet werden.',
    },
  },
  'body-too-large': {
    status: 413,
    retryable: false,
    title: { en: 'Body too large', de: 'Inhalt zu groß' },
    detail: {
      en: 'The body is larger than {limit|# byte|# bytes}. Split it into several requests.',
      de: 'Der Inhalt ist größer als {limit|# Byte}. Bitte auf mehrere Anfragen verteilen.',
    },
  },
  unauthenticated: {
    status: 401,
    retryable: false,
    title: { en: 'Not signed in', de: 'Nicht angemeldet' },
    detail: {
      en: 'Sign in to the portal again; a program sends a valid token as "Authorization: Bearer …". The session or the token is missing, unknown, expired or revoked.',
      de: 'Bitte im Portal neu anmelden; ein Programm sendet ein gültiges Token als „Authorization: Bearer …“. Die Sitzung oder das Token fehlt, ist unbekannt, abgelaufen oder widerrufen.',
    },
  },
  forbidden: {
    status: 403,
    retryable: false,
    title: { en: 'Not allowed', de: 'Nicht erlaubt' },
    detail: {
      en: 'The right that is needed here is missing: {right}. Ask an admin for a role that carries it, or use a token that does.',
      de: 'Das hier nötige Recht fehlt: {right}. Bitte einen Admin um eine Rolle mit diesem Recht bitten oder ein Token verwenden, das es hat.',
    },
  },
  'session-needed': {
    status: 403,
    retryable: false,
    title: { en: 'Only in the portal', de: 'Nur im Portal' },
    detail: {
      en: 'This is about the account of somebody who is signed in to the portal; a token has none. Sign in to the portal and do it there.',
      de: 'Hier geht es um das Konto einer Person, die im Portal angemeldet ist; ein Token hat keines. Bitte im Portal anmelden und es dort tun.',
    },
  },
  'foreign-request': {
    status: 403,
    retryable: false,
    title: { en: 'Not from our own pages', de: 'Nicht von unseren eigenen Seiten' },
    detail: {
      en: 'It is not proven that this request comes from the pages of Steg ({reason}). Reload the page and try again; a program sends "Authorization: Bearer …" and no cookies.',
      de: 'Es ist nicht erwiesen, dass diese Anfrage von den Seiten von Steg kommt ({reason}). Bitte die Seite neu laden und erneut versuchen; ein Programm sendet „Authorization: Bearer …“ und keine Cookies.',
    },
  },
  'not-found': {
    status: 404,
    retryable: false,
    title: { en: 'Not found', de: 'Nicht gefunden' },
    detail: {
      en: 'There is nothing at this address (looked for: {what}). Check the address.',
      de: 'Unter dieser Adresse gibt es nichts (gesucht: {what}). Bitte die Adresse prüfen.',
    },
  },
  'method-not-allowed': {
    status: 405,
    retryable: false,
    title: { en: 'Method not allowed', de: 'Methode nicht erlaubt' },
    detail: {
      en: 'This address answers to {allowed} only.',
      de: 'Diese Adresse antwortet nur auf {allowed}.',
    },
  },
  'precondition-failed': {
    status: 412,
    retryable: false,
    title: { en: 'Changed in the meantime', de: 'Zwischenzeitlich geändert' },
    detail: {
      en: 'It has been changed since it was read. Read it again and repeat the change with the new ETag.',
      de: 'Es wurde seit dem Lesen geändert. Bitte neu lesen und die Änderung mit dem neuen ETag wiederholen.',
    },
  },
  'agent-not-built': {
    status: 503,
    retryable: false,
    title: { en: 'Agent not built', de: 'Agent nicht gebaut' },
    detail: {
      en: 'This hub was started without the file of the agent. The operator builds it with "npm run build".',
      de: 'Dieser Hub wurde ohne die Datei des Agenten gestartet. Der Betreiber baut sie mit „npm run build“.',
    },
  },
  'too-many-streams': {
    status: 429,
    retryable: true,
    title: { en: 'Too many open streams', de: 'Zu viele offene Verbindungen' },
    detail: {
      en: 'More than {limit|# live connection|# live connections} of this tenant are open. Close pages that are not needed and try again in a few minutes.',
      de: 'Von diesem Mandanten sind mehr als {limit|# Live-Verbindung|# Live-Verbindungen} offen. Bitte nicht benötigte Seiten schließen und in einigen Minuten erneut versuchen.',
    },
  },
  'store-unavailable': {
    status: 503,
    retryable: true,
    title: { en: 'Storage unavailable', de: 'Speicher nicht verfügbar' },
    detail: {
      en: 'The storage does not answer ({reason}). Try again in a moment; if this call was to change something, look first whether it did.',
      de: 'Der Speicher antwortet nicht ({reason}). Bitte gleich noch einmal versuchen; sollte dieser Aufruf etwas ändern, bitte zuerst nachsehen, ob er es getan hat.',
    },
  },
  'portal-not-built': {
    status: 503,
    retryable: false,
    title: { en: 'Portal not built', de: 'Portal nicht gebaut' },
    detail: {
      en: 'The pages of the portal are not there. Run "npm run build" in the folder of Steg; the API works without them.',
      de: 'Die Seiten des Portals fehlen. Bitte im Ordner von Steg „npm run build“ ausführen; die API arbeitet auch ohne sie.',
    },
  },
  'internal-error': {
    status: 500,
    retryable: true,
    title: { en: 'Internal error', de: 'Interner Fehler' },
    detail: {
      en: 'Something went wrong inside Steg. Try again; if it stays, give support this number: {reference}.',
      de: 'In Steg ist etwas schiefgegangen. Bitte erneut versuchen; bleibt es dabei, dem Support diese Nummer nennen: {reference}.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
