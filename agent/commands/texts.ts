import {
  describeError,
  type ErrorRecord,
  isErrorCode,
  type Language,
  StegError,
} from '../../shared/errors/error.ts'
import { HubProblem } from '../connection/hub.ts'
import type { TargetLimits } from '../relay/rules/limits.ts'

function limitsIn({ maxResponseMb, timeoutSeconds }: TargetLimits): string {
  return [
    ...(maxResponseMb === undefined ? [] : [`${maxResponseMb} MB`]),
    ...(timeoutSeconds === undefined ? [] : [`${timeoutSeconds} s`]),
  ].join(', ')
}

/** Words of the commands' answers for people. Answers for machines (`--json`) are the same in every language. */
export const texts = {
  en: {
    enrolled: (name: string, tenant: string) => `Agent "${name}" is enrolled for ${tenant}.`,
    connected: (hub: string) => `Connected to ${hub}.`,
    disconnected: (reason: string) => `Not connected: ${reason}. Trying again.`,
    notConnected: (problem: string) => `Not connected. ${problem} Trying again.`,
    stopped: 'Stopped.',
    allowed: (url: string) => `${url} is allowed.`,
    noTargets: 'No targets yet: the first address that the tenant sets for "sage" is taken.',
    pinned: (name: string, url: string) => `${name}: ${url}`,
    alsoAllowed: (url: string) => `also allowed: ${url}`,
    limited: (url: string, limits: TargetLimits) => `limits of ${url}: ${limitsIn(limits)}`,
    secretSet: (name: string) => `The secret "${name}" is kept on this machine.`,
    secretRemoved: (name: string) => `The secret "${name}" is gone.`,
    secret: (name: string, kind: string, login: string, url: string | null) =>
      `${name}: ${kind}, ${login}${url === null ? '' : `, only for ${url}`}`,
    noSecrets: 'No secrets are kept on this machine.',
    never: 'never',
    none: 'none',
    noCa: 'those of the system',
    networkLater: 'A running agent takes this up when it starts again.',
    labels: {
      agent: 'Agent',
      tenant: 'Tenant',
      hub: 'Hub',
      targets: 'Targets',
      running: 'Runs',
      connection: 'Connection',
      lastHeartbeat: 'Last heartbeat',
      lastCall: 'Last call',
      calls: 'Calls',
      errors: 'Errors',
      proxy: 'Proxy',
      ca: 'Authorities',
    },
    states: {
      starting: 'starting',
      connected: 'connected',
      disconnected: 'not connected',
      revoked: 'revoked',
      stopped: 'stopped',
    },
    since: (time: string) => `since ${time}`,
    yes: 'yes',
    no: 'no',
  },
  de: {
    enrolled: (name: string, tenant: string) => `Der Agent „${name}“ ist für ${tenant} angemeldet.`,
    connected: (hub: string) => `Verbunden mit ${hub}.`,
    disconnected: (reason: string) => `Nicht verbunden: ${reason}. Neuer Versuch folgt.`,
    notConnected: (problem: string) => `Nicht verbunden. ${problem} Neuer Versuch folgt.`,
    stopped: 'Beendet.',
    allowed: (url: string) => `${url} ist erlaubt.`,
    noTargets: 'Noch keine Ziele: Die erste Adresse, die der Mandant für „sage“ setzt, wird übernommen.',
    pinned: (name: string, url: string) => `${name}: ${url}`,
    alsoAllowed: (url: string) => `auch erlaubt: ${url}`,
    limited: (url: string, limits: TargetLimits) => `Grenzen von ${url}: ${limitsIn(limits)}`,
    secretSet: (name: string) => `Das Geheimnis „${name}“ liegt auf diesem Rechner.`,
    secretRemoved: (name: string) => `Das Geheimnis „${name}“ ist entfernt.`,
    secret: (name: string, kind: string, login: string, url: string | null) =>
      `${name}: ${kind}, ${login}${url === null ? '' : `, nur für ${url}`}`,
    noSecrets: 'Auf diesem Rechner liegen keine Geheimnisse.',
    never: 'nie',
    none: 'keine',
    noCa: 'die des Systems',
    networkLater: 'Ein laufender Agent übernimmt das beim nächsten Start.',
    labels: {
      agent: 'Agent',
      tenant: 'Mandant',
      hub: 'Hub',
      targets: 'Ziele',
      running: 'Läuft',
      connection: 'Verbindung',
      lastHeartbeat: 'Letztes Lebenszeichen',
      lastCall: 'Letzter Aufruf',
      calls: 'Aufrufe',
      errors: 'Fehler',
      proxy: 'Proxy',
      ca: 'Zertifizierungsstellen',
    },
    states: {
      starting: 'startet',
      connected: 'verbunden',
      disconnected: 'nicht verbunden',
      revoked: 'widerrufen',
      stopped: 'beendet',
    },
    since: (time: string) => `seit ${time}`,
    yes: 'ja',
    no: 'nein',
  },
} as const

/** German for a system set to German, English otherwise. */
export function languageOf(choice: string | undefined): Language {
  return choice?.toLowerCase().startsWith('de') ? 'de' : 'en'
}

/** The one line that a failed command prints. */
export function failureLine(error: unknown, language: Language): string {
  return describe(error, language).replace(/\s+/g, ' ').trim()
}

function describe(error: unknown, language: Language): string {
  if (error instanceof StegError) return describeError(error, language)
  if (error instanceof HubProblem) return error.message
  const reference = error instanceof Error ? error.message : String(error)
  const record: ErrorRecord = { code: 'internal-error', params: { reference } }
  return describeError(record, language)
}

/** A stable code for machines; codes of a newer hub pass through. */
export function failureCode(error: unknown): string {
  if (error instanceof HubProblem) return isErrorCode(error.code) ? error.code : 'hub-refused'
  return error instanceof StegError ? error.code : 'internal-error'
}
