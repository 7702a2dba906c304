import type { Clock } from '../../shared/clock.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { TenantSeal } from '../platform/secrets/port.ts'
import type { CredentialStore } from './credential-store.ts'
import type { Subject } from './port.ts'
import type { CredentialRow } from './rows.ts'
import { sealOf } from './sealing.ts'
import { withEvent } from './standing.ts'

const REFUSALS = 5

/** What is changed; what is left out stays. */
export interface CredentialsChange {
  /** By name; null removes one. */
  readonly secrets?: Readonly<Record<string, string | null>>
  /** From a sign-in of a person; null removes it. */
  readonly refreshToken?: string | null
  /** When the secret ends, in milliseconds since the epoch. */
  readonly secretEndsAt?: number | null
  /** So many refusals stop it: 1 to 10, by default 5; 1 where the server locks accounts. */
  readonly refusalLimit?: number
}

/** Stores credentials. New ones begin a new generation, in which nothing of the former one counts. */
export function createChanging(parts: {
  readonly credentials: CredentialStore
  readonly seal: TenantSeal
  readonly clock: Clock
  readonly random: Random
}) {
  const { clock } = parts

  /** Sealed before the row is read: a change that has to be decided again is not sealed again. */
  async function sealChange(subject: Subject, change: CredentialsChange) {
    const { seal } = sealOf(parts.seal, subject)
    const secrets: Record<string, string | null> = {}
    for (const [name, text] of Object.entries(change.secrets ?? {})) {
      secrets[name] = text === null ? null : await seal(['secret', name], text)
    }
    const { refreshToken } = change
    return {
      secrets,
      refreshToken:
        typeof refreshToken === 'string' ? await seal(['refresh-token'], refreshToken) : refreshToken,
    }
  }

  function withCredentials(
    before: CredentialRow,
    changed: Awaited<ReturnType<typeof sealChange>>,
    generation: string,
  ): CredentialRow {
    const secrets = Object.fromEntries(
      Object.entries({ ...before.secrets, ...changed.secrets }).filter(
        (entry): entry is [string, string] => entry[1] !== null,
      ),
    )
    const refreshToken =
      changed.refreshToken === undefined ? before.refreshToken : (changed.refreshToken ?? undefined)
    const isEmpty = Object.keys(secrets).length === 0 && refreshToken === undefined
    const { row } = withEvent(before, isEmpty ? 'cleared' : 'changed')
    const { state, enabled, refusals, limit, secretEndsAt, warnedDays } = row
    return {
      state,
      enabled,
      refusals,
      limit,
      generation,
      secrets,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(secretEndsAt === undefined ? {} : { secretEndsAt }),
      ...(warnedDays === undefined ? {} : { warnedDays }),
      changedAt: clock.now(),
    }
  }

  return async (subject: Subject, change: CredentialsChange): Promise<CredentialRow> => {
    const changed = await sealChange(subject, change)
    const isNew = change.secrets !== undefined || change.refreshToken !== undefined
    const generation = randomId(parts.random, 12)
    let next = emptyRow(clock.now())
    await parts.credentials.change(subject, (found) => {
      const before = found ?? emptyRow(clock.now())
      const limited = { ...before, limit: change.refusalLimit ?? before.limit }
      const dated = withDate(limited, change.secretEndsAt)
      next = isNew ? withCredentials(dated, changed, generation) : dated
      return { row: next }
    })
    return next
  }
}

function emptyRow(changedAt: number): CredentialRow {
  return {
    state: 'empty',
    enabled: true,
    refusals: [],
    limit: REFUSALS,
    generation: '',
    secrets: {},
    changedAt,
  }
}

/** Another date: reminders begin anew. */
function withDate(row: CredentialRow, endsAt: number | null | undefined): CredentialRow {
  if (endsAt === undefined) return row
  const { secretEndsAt: _, warnedDays: __, ...rest } = withEvent(row, 'secret-extended').row
  return endsAt === null ? rest : { ...rest, secretEndsAt: endsAt }
}
