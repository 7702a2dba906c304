import type { Actor } from '../http/principal.ts'

/** What can be shown of a change without telling a secret; the one who records it decides. */
export type AuditDetails = Readonly<Record<string, string | number | boolean>>

/**
 * `begun`: written ahead of a sensitive change; it stays when nobody knows what came of it. `refused`: the caller lacked
 * the right. `failed`: it was allowed, and did not happen.
 */
export const auditOutcomes = ['done', 'refused', 'failed', 'begun'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

export interface AuditEvent {
  /** The endpoint's id, or what happened otherwise, such as `signIn`. Stable. */
  readonly action: string
  readonly actor: Actor
  /** The caller's address as our front end saw it; empty when nobody knows. */
  readonly address: string
  /** What it was done to: the address below `/api/v1`. Never with a secret in it. */
  readonly target?: string | undefined
  readonly outcome: AuditOutcome
  /** Names of what was to be changed. */
  readonly fields?: readonly string[] | undefined
  readonly details?: AuditDetails | undefined
}

/** Partition of what the operator does that concerns no single tenant. */
export const OPERATOR_RECORDS = 'operator'

/** Keeps who changed what, when, from where. */
export interface AuditTrail {
  /**
   * After the change: one transaction. It never fails the caller, because the change has happened; what could not be
   * kept goes into the log in full and is counted.
   */
  record(tenantId: string, event: AuditEvent): Promise<void>
  /**
   * Ahead of a sensitive change, which must not happen when this fails; the function it returns tells the outcome and
   * never fails. Two transactions.
   * @throws StegError `store-unavailable`
   */
  begin(
    tenantId: string,
    event: AuditEvent,
  ): Promise<(outcome: AuditOutcome, details?: AuditDetails) => Promise<void>>
}

/** Where nothing is recorded: tests of something else. */
export const noAudit: AuditTrail = {
  record: async () => undefined,
  begin: async () => async () => undefined,
}
