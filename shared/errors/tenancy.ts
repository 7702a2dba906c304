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
      en: 'The variable "{name}" has no value yet. Set it with PUT /api/v1/variables/{name}.',
      de: 'Die Variable „{name}“ hat noch keinen Wert. Bitte mit PUT /api/v1/variables/{name} setzen.',
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
    title: { en: 'Access token not accepted', de: 'Zugriffstoken nicht angenommen' },
    detail: {
      en: 'The access token is unknown, expired, revoked or was used already. Create a new one in the portal or with POST /api/v1/access-tokens.',
      de: 'Das Zugriffstoken ist unbekannt, abgelaufen, widerrufen oder wurde schon benutzt. Bitte im Portal oder mit POST /api/v1/access-tokens ein neues erstellen.',
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
      de: 'Der Agent „{agent}“ wurde widerrufen. Bitte einen Agenten mit einem neuen Zugriffstoken anmelden.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
