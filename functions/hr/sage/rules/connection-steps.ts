import { type ConnectionFault, faultOfReason } from '../../../../shared/connection-faults.ts'
import type { ErrorCode, ErrorRecord } from '../../../../shared/errors/error.ts'

/** The way to Sage, in the order in which it is walked. */
export const connectionSteps = [
  'variables',
  'agent',
  'address',
  'host',
  'connection',
  'tls',
  'sage',
  'database',
  'sign-in',
  'people',
] as const
export type ConnectionStep = (typeof connectionSteps)[number]

/** What was being done when a failure came: the step it belongs to when its code does not tell. */
export type Phase = Extract<ConnectionStep, 'variables' | 'agent' | 'sage' | 'sign-in' | 'people'>

export interface StepResult {
  readonly step: ConnectionStep
  /** `skipped`: not reached, or not needed. */
  readonly state: 'ok' | 'failed' | 'skipped'
  readonly error: ErrorRecord | null
}

const stepOfCode: Partial<Record<ErrorCode, ConnectionStep>> = {
  'variable-missing': 'variables',
  'agent-missing': 'agent',
  'agent-offline': 'agent',
  'agent-revoked': 'agent',
  'agent-outdated': 'agent',
  'bus-unavailable': 'agent',
  'message-invalid': 'agent',
  'target-unknown': 'address',
  'target-not-allowed': 'address',
  'request-refused': 'address',
  'sage-database-needed': 'database',
  'sage-database-unknown': 'database',
  'sage-sign-in-rejected': 'sign-in',
}

const precise: Readonly<
  Record<ConnectionFault, { readonly step: ConnectionStep; readonly code: ErrorCode }>
> = {
  'host-unknown': { step: 'host', code: 'sage-host-unknown' },
  refused: { step: 'connection', code: 'sage-connection-refused' },
  'no-connection': { step: 'connection', code: 'sage-no-connection' },
  'no-tls': { step: 'tls', code: 'sage-no-tls' },
  'certificate-untrusted': { step: 'tls', code: 'sage-certificate-untrusted' },
  'certificate-date': { step: 'tls', code: 'sage-certificate-date' },
  'certificate-host': { step: 'tls', code: 'sage-certificate-host' },
}

/** Where on the way a failure lies, and its most precise code. */
export function locateFailure(
  error: ErrorRecord,
  phase: Phase,
  address: { readonly origin: string; readonly host: string },
): { readonly step: ConnectionStep; readonly error: ErrorRecord } {
  const known = stepOfCode[error.code]
  if (known !== undefined) return { step: known, error }
  if (error.code === 'target-unreachable') {
    const fault = faultOfReason(String(error.params.reason))
    // An agent of another version may say it in other words: then the words are shown as they are.
    if (fault === undefined) return { step: 'connection', error }
    return { step: precise[fault].step, error: { code: precise[fault].code, params: { ...address } } }
  }
  // The first call is the first sign of life: until it is answered, there is no connection.
  const silent = error.code === 'deadline-exceeded' && phase === 'sage'
  return { step: silent ? 'connection' : phase, error }
}

/** All steps: those before the failure are done, those behind it were not reached. */
export function resultsOf(
  failure: { readonly step: ConnectionStep; readonly error: ErrorRecord } | undefined,
  secure: boolean,
): readonly StepResult[] {
  const failedAt = failure === undefined ? connectionSteps.length : connectionSteps.indexOf(failure.step)
  return connectionSteps.map((step, index) => {
    if (index === failedAt) return { step, state: 'failed', error: failure?.error ?? null }
    const needed = step !== 'tls' || secure
    return { step, state: index < failedAt && needed ? 'ok' : 'skipped', error: null }
  })
}
