import type { ErrorEntry } from './entry.ts'

/** Failures around tenants, variables and the enrolment of agents. */
export const tenancyErrors = {
  'variable-unknown': {
    status: 404,
    retryable: false,
    title: { en: 'Unknown variable', de: 'Unbekannte Variable' },
    detail: {
      en: 'There is no variable "{name}". GET /api/v1/variables lists those that exist.',
      de: 'Es gibt keine Variable „{name}“. GET /api/v1/variables zeigt die vorhandenen.',
    },
  },
  'variable-missing': {
    status: 409,
    retryable: false,
    title: { en: 'Variable not set', de: 'Variable nicht gesetzt' },
    detail: {
      en: 'The variable "{name}" has no value yet. Set it in the portal under Variables or with PUT /api/v1/variables/{name}.',
      de: 'Die Variable „{name}“ hat noch keinen Wert. Bitte im Portal unter „Variablen“ eintragen oder mit PUT /api/v1/variables/{name} setzen.',
    },
  },
  'variable-locked': {
    status: 403,
    retryable: false,
    title: { en: 'Variable locked', de: 'Variable gesperrt' },
    detail: {
      en: 'The variable "{name}" cannot be changed by the tenant. Ask the operator to unlock it.',
      de: 'Die Variable „{name}“ kann vom Mandanten nicht geändert werden. Bitte den Betreiber um Freischaltung bitten.',
    },
  },
  'variable-invalid': {
    status: 400,
    retryable: false,
    title: { en: 'Value not possible', de: 'Wert nicht möglich' },
    detail: {
      en: 'The value for "{name}" is not possible: {problem}.',
      de: 'Der Wert für „{name}“ ist nicht möglich: {problem}.',
    },
  },
  'access-token-invalid': {
    status: 401,
    retryable: false,
    title: { en: 'Access token not accepted', de: 'Zugangstoken nicht angenommen' },
    detail: {
      en: 'The access token is unknown, expired, revoked or was used already. Create a new one in the portal or with POST /api/v1/access-tokens.',
      de: 'Das Zugangstoken ist unbekannt, abgelaufen, widerrufen oder wurde schon benutzt. Bitte im Portal oder mit POST /api/v1/access-tokens ein neues erstellen.',
    },
  },
  'proof-invalid': {
    status: 401,
    retryable: false,
    title: { en: 'Proof of key not accepted', de: 'Schlüsselnachweis nicht angenommen' },
    detail: {
      en: 'The agent did not prove that it holds its key ({reason}). Check the clock of the machine; if it is right, enrol again.',
      de: 'Der Agent hat den Besitz seines Schlüssels nicht nachgewiesen ({reason}). Bitte die Uhr des Rechners prüfen; stimmt sie, neu anmelden.',
    },
  },
  'agent-revoked': {
    status: 403,
    retryable: false,
    title: { en: 'Agent revoked', de: 'Agent widerrufen' },
    detail: {
      en: 'The agent "{agent}" has been revoked. Enrol an agent with a new access token.',
      de: 'Der Agent „{agent}“ wurde widerrufen. Bitte einen Agenten mit einem neuen Zugangstoken anmelden.',
    },
  },
  'token-exceeds-rights': {
    status: 403,
    retryable: false,
    title: { en: 'More than you may give', de: 'Mehr, als Sie vergeben dürfen' },
    detail: {
      en: 'A token cannot carry more than the one who creates it ({right}). Choose fewer roles or a narrower scope, or have somebody create it who has these rights.',
      de: 'Ein Token kann nicht mehr dürfen, als wer es erstellt ({right}). Bitte weniger Rollen oder einen engeren Zugriff wählen oder das Token von jemandem mit diesen Rechten erstellen lassen.',
    },
  },
  'token-suspended': {
    status: 403,
    retryable: false,
    title: { en: 'Token suspended', de: 'Token ausgesetzt' },
    detail: {
      en: 'This token does not work for now, because whoever answers for it was locked, removed or may less than it, or a token with which it was made was revoked. An admin can take it over under "API tokens".',
      de: 'Dieses Token gilt zurzeit nicht, weil die Person, die dafür einsteht, gesperrt oder entfernt wurde oder weniger darf als das Token, oder weil ein Token widerrufen wurde, mit dem es erstellt wurde. Ein Admin kann es unter „API-Token“ übernehmen.',
    },
  },
  'token-ended': {
    status: 409,
    retryable: false,
    title: { en: 'Token ended', de: 'Token beendet' },
    detail: {
      en: 'This token has expired or was revoked, and does not come back. Create a new one.',
      de: 'Dieses Token ist abgelaufen oder wurde widerrufen und gilt nicht wieder. Bitte ein neues erstellen.',
    },
  },
  'token-expiry': {
    status: 400,
    retryable: false,
    title: { en: 'Expiry in the past', de: 'Ablauf in der Vergangenheit' },
    detail: {
      en: 'The token would already have expired. Choose a time in the future, or null for a token without an end.',
      de: 'Das Token wäre schon abgelaufen. Bitte einen Zeitpunkt in der Zukunft wählen, oder null für ein Token ohne Ablauf.',
    },
  },
  'token-limit': {
    status: 409,
    retryable: false,
    title: { en: 'Too many tokens', de: 'Zu viele Token' },
    detail: {
      en: 'There {limit|is # token|are # tokens} already, which is the most. Revoked and expired ones are removed after 90 days.',
      de: 'Es gibt schon {limit|# Token}; mehr sind nicht möglich. Widerrufene und abgelaufene werden nach 90 Tagen entfernt.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
