import type { ErrorRecord } from '../../shared/errors/error.ts'
import type { CredentialRow } from './rows.ts'
import type { State } from './rules/state.ts'

/** Credentials as they may be shown: no secret, only which there are. */
export interface CredentialsView {
  readonly state: State
  readonly enabled: boolean
  readonly refusals: number
  readonly limit: number
  readonly secrets: readonly string[]
  readonly secretEndsAt: number | null
  /** Somebody has signed in, and the hub can do so again for them. */
  readonly signedIn: boolean
  readonly problem: ErrorRecord | null
  readonly changedAt: number
  readonly signedInAt: number | null
}

export function toView(row: CredentialRow): CredentialsView {
  return {
    state: row.state,
    enabled: row.enabled,
    refusals: row.refusals.length,
    limit: row.limit,
    secrets: Object.keys(row.secrets).sort(),
    secretEndsAt: row.secretEndsAt ?? null,
    signedIn: row.refreshToken !== undefined,
    problem: row.problem ?? null,
    changedAt: row.changedAt,
    signedInAt: row.signedInAt ?? null,
  }
}
