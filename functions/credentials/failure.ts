import { type ErrorRecord, StegError } from '../../shared/errors/error.ts'
import type { Subject } from './port.ts'
import type { CredentialRow } from './rows.ts'
import { meaningOf } from './rules/entra.ts'
import type { State } from './rules/state.ts'

const codes = {
  empty: 'credentials-missing',
  ok: 'credentials-refused',
  'secret-expiring': 'credentials-refused',
  refused: 'credentials-refused',
  locked: 'credentials-locked',
  'consent-missing': 'credentials-consent-missing',
  expired: 'credentials-expired',
} as const satisfies Record<State, string>

/** Why these credentials cannot be used, as an admin can act on it. */
export function failureOf(subject: Subject, row: CredentialRow | undefined): StegError {
  const account = subject.name ?? subject.id
  if (row === undefined) return new StegError('credentials-missing', { account })
  if (!row.enabled) return new StegError('credentials-switched-off', { account })
  const { code, params } = row.problem ?? { code: codes[row.state], params: {} }
  return StegError.fromRecord({
    code,
    params: { account, refusals: row.refusals.length, limit: row.limit, ...params },
  })
}

/** What the provider said, as it is kept: for which account is added when it is shown. */
export function problemOf(error: string, aadsts: readonly number[]) {
  const { event, code } = meaningOf(error, aadsts)
  const number = aadsts[0]
  const problem: ErrorRecord = { code, params: number === undefined ? {} : { number } }
  return { event, problem }
}

export function busy(subject: Subject): StegError {
  return new StegError('credentials-busy', { account: subject.name ?? subject.id })
}

export function unavailable(subject: Subject, ms: number): StegError {
  return new StegError('sign-in-unavailable', {
    account: subject.name ?? subject.id,
    seconds: Math.max(1, Math.ceil(ms / 1000)),
  })
}
