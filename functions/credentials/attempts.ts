import type { Clock } from '../../shared/clock.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { TenantSeal } from '../platform/secrets/port.ts'
import { type Change, type CredentialStore, keyOfSubject } from './credential-store.ts'
import { busy, failureOf, problemOf } from './failure.ts'
import { createLeaseWatch } from './leases.ts'
import type { Subject } from './port.ts'
import type { CredentialRow } from './rows.ts'
import { usable } from './rules/state.ts'
import { sealOf } from './sealing.ts'
import { withEvent, withReminder } from './standing.ts'

/** How long a sign-in may take that is tried after a refusal, before another one is tried. */
export const TURN_MS = 60_000

/** Secrets in use, for one attempt to sign in. */
export interface Attempt {
  readonly id: string
  readonly subject: Subject
  readonly secrets: Readonly<Record<string, string>>
  readonly generation: string
  /** A success changes nothing. */
  readonly isClean: boolean
}

export type SignInOutcome =
  | 'signed-in'
  /** The other system says that they are wrong. */
  | 'refused'
  /** It could not say: down, throttled, no way to it. Counts as nothing. */
  | 'unavailable'
  /** What a provider of Microsoft's kind said. */
  | { readonly error: string; readonly aadsts: readonly number[] }

/** Attempts to sign in with stored secrets, and what became of them. */
export function createAttempts(parts: {
  readonly credentials: CredentialStore
  readonly seal: TenantSeal
  readonly clock: Clock
  readonly random: Random
}) {
  const { credentials, clock } = parts
  const turns = createLeaseWatch(clock, TURN_MS)

  /** What using them now changes: a reminder of the secret's end, and after a refusal whose turn it is. */
  function begin(subject: Subject, row: CredentialRow, attempt: string): Change | undefined {
    if (row.state !== 'refused') return withReminder(row, clock.now())
    const place = `${subject.tenantId}/${keyOfSubject(subject)}`
    if (row.turn !== undefined && !turns.hasEnded(place, row.turn.id)) throw busy(subject)
    return { row: { ...row, turn: { id: attempt, since: clock.now() } } }
  }

  return {
    async open(subject: Subject): Promise<Attempt> {
      const id = randomId(parts.random, 12)
      const row = await credentials.change(subject, (found) => {
        if (found === undefined || !found.enabled || !usable[found.state]) throw failureOf(subject, found)
        return begin(subject, found, id)
      })
      if (row === undefined) throw failureOf(subject, undefined)
      const secrets = await sealOf(parts.seal, subject).openSecrets(row.secrets)
      const isClean = row.refusals.length === 0 && row.state !== 'refused' && row.signedInAt !== undefined
      return { id, subject, secrets, generation: row.generation, isClean }
    },

    /** @returns the row at the end; undefined when nothing had to be looked at or there is none any more. */
    async report(attempt: Attempt, outcome: SignInOutcome): Promise<CredentialRow | undefined> {
      if (outcome === 'signed-in' && attempt.isClean) return undefined
      const { event, problem } = meaningOfOutcome(outcome)
      return credentials.change(attempt.subject, (found) => {
        if (found === undefined || found.generation !== attempt.generation) return undefined
        const { turn, ...rest } = found
        const isMine = turn?.id === attempt.id
        if (event === undefined) return isMine ? { row: rest } : undefined
        const freed = isMine ? rest : found
        const { row, tell } = withEvent(freed, event, attempt.id)
        return { row: withProblem(found, row, event, problem), tell }
      })
    },
  }

  function withProblem(
    before: CredentialRow,
    { problem: _, ...row }: CredentialRow,
    event: NonNullable<ReturnType<typeof meaningOfOutcome>['event']>,
    found: CredentialRow['problem'],
  ): CredentialRow {
    if (event === 'signed-in') return { ...row, signedInAt: clock.now() }
    // What has stopped it is said, not what came in later.
    const problem = row.state === before.state ? (before.problem ?? found) : found
    return problem === undefined || row.state === 'locked' ? row : { ...row, problem }
  }
}

function meaningOfOutcome(outcome: SignInOutcome): {
  readonly event: 'signed-in' | 'refused' | 'consent-needed' | 'ended' | undefined
  readonly problem?: CredentialRow['problem']
} {
  if (outcome === 'unavailable') return { event: undefined }
  return typeof outcome === 'string' ? { event: outcome } : problemOf(outcome.error, outcome.aadsts)
}
