import type { Clock } from '../../shared/clock.ts'
import { isStegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { TenantSeal } from '../platform/secrets/port.ts'
import type { Grant, TokenAnswer, TokenProvider } from '../platform/tokens/port.ts'
import { askProvider } from './asking.ts'
import { type CredentialStore, type FoundRow, keyOfSubject } from './credential-store.ts'
import { busy, failureOf, problemOf, unavailable } from './failure.ts'
import { createLeaseWatch } from './leases.ts'
import type { Subject } from './port.ts'
import type { CredentialRow } from './rows.ts'
import { isFresh, isPausing, isValid, lifetimeOf, pauseUntil } from './rules/lifetime.ts'
import { usable } from './rules/state.ts'
import { withToken } from './rules/token-cache.ts'
import { sealOf } from './sealing.ts'
import { withEvent, withReminder } from './standing.ts'
import type { HeldToken, TokenMemory } from './token-memory.ts'

/** How long a lease must be seen unchanged before its holder is taken for dead: longer than a call and its writes. */
export const LEASE_MS = 45_000
/** How long somebody waits for another one's refresh. */
const PATIENCE_MS = 60_000
const LOOK_MS = [100, 200, 500, 1000] as const
/** Between attempts to store an answer, which must not be lost. */
const STORE_PAUSES_MS = [100, 500, 1000, 2000, 5000] as const

export interface Wanted {
  /** What the token is for: scopes, with blanks between them. */
  readonly audience: string
  readonly provider: TokenProvider
  /** In the name of the person who has signed in, or of the application alone. */
  readonly as: 'person' | 'application'
}

/** The lease, taken over this row, and what goes to the provider. */
interface Held {
  readonly row: CredentialRow
  readonly leaseId: string
  readonly grant: Grant
  readonly epoch: number
}

/** What was fetched and could not be stored yet. */
interface Unsaved {
  readonly used: CredentialRow
  readonly held: HeldToken
  readonly refreshToken: string | undefined
  readonly audience: string
  readonly leaseId: string
  /** The epoch of the memory in which it was fetched. */
  readonly epoch: number
}

type Refreshed =
  | { readonly kind: 'token'; readonly token: string }
  /** Somebody has changed the row meanwhile: look again. */
  | { readonly kind: 'again' }

export interface TokenParts {
  readonly credentials: CredentialStore
  readonly seal: TenantSeal
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly memory: TokenMemory
}

/**
 * Access tokens, fetched once for all hubs. Only the holder of the lease in the row asks the provider; what it answers is
 * in the row before anybody uses it, and until then the row holds the refresh token that was sent.
 */
export function createTokens(parts: TokenParts) {
  const { credentials, clock, memory, log } = parts
  const leases = createLeaseWatch(clock, LEASE_MS)
  /** Answers that the store did not take: they are the only copies. */
  const unsaved = new Map<string, Unsaved>()

  async function keep(subject: Subject, place: string, answer: Unsaved): Promise<Refreshed> {
    const { seal } = sealOfSubject(subject)
    const { audience, held, leaseId } = answer
    const token = await seal(['access-token', audience], held.token)
    const entry = { token, expiresAt: held.expiresAt, refreshAt: held.refreshAt }
    const refreshToken =
      answer.refreshToken === undefined ? undefined : await seal(['refresh-token'], answer.refreshToken)
    let kept = false
    unsaved.set(place, answer)
    await insist(() =>
      credentials.change(subject, (row) => {
        // Other credentials since, or somebody else's newer token: this one is worth nothing any more.
        kept = row !== undefined && isSameGrant(row, answer.used)
        if (row === undefined || !kept) return undefined
        const { lease, answerLost: _, notBefore: __, problem: ___, ...rest } = withEvent(row, 'signed-in').row
        const next: CredentialRow = {
          ...rest,
          ...(lease === undefined || lease.id === leaseId ? {} : { lease }),
          ...(refreshToken === undefined ? {} : { refreshToken }),
          accessTokens: withToken(row.accessTokens, audience, entry),
          signedInAt: clock.now(),
        }
        return withReminder(next, clock.now()) ?? { row: next }
      }),
    )
    unsaved.delete(place)
    if (!kept) return { kind: 'again' }
    memory.set(subject, audience, held, answer.epoch)
    return { kind: 'token', token: held.token }
  }

  /** The answer exists nowhere else: the store is asked for longer than usual. */
  async function insist(write: () => Promise<unknown>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await write()
        return
      } catch (error) {
        const pause = STORE_PAUSES_MS[attempt]
        if (pause === undefined || !isStegError(error) || !error.retryable) throw error
        await clock.sleep(pause)
      }
    }
  }

  const sealOfSubject = (subject: Subject) => sealOf(parts.seal, subject)

  /** Gives the lease back, with what is known of the provider now. */
  async function release(
    subject: Subject,
    leaseId: string,
    known: Partial<Pick<CredentialRow, 'notBefore' | 'answerLost'>>,
  ): Promise<void> {
    await credentials.change(subject, (row) => {
      if (row?.lease?.id !== leaseId) return undefined
      const { lease: _, ...rest } = row
      return { row: { ...rest, ...known } }
    })
  }

  async function refuse(
    subject: Subject,
    used: CredentialRow,
    leaseId: string,
    answer: Extract<TokenAnswer, { kind: 'refused' }>,
  ): Promise<Refreshed> {
    let counts = false
    const row = await credentials.change(subject, (found) => {
      // The refresh token that was refused is not the one that counts any more.
      counts = found !== undefined && isSameGrant(found, used)
      if (found === undefined || !counts) return undefined
      const { event, problem } = problemOf(answer.error, answer.aadsts)
      const { row: next, tell } = withEvent(found, event, leaseId)
      const { lease: _, problem: __, ...rest } = next
      const isLost = found.answerLost === true && problem.code === 'credentials-expired'
      const told = isLost ? { code: 'credentials-answer-lost' as const, params: {} } : problem
      return { row: next.state === 'locked' ? rest : { ...rest, problem: told }, tell }
    })
    if (!counts) return { kind: 'again' }
    throw failureOf(subject, row)
  }

  /** What the provider gets: opened before the lease is taken, so that nothing can go wrong between lease and call. */
  async function openGrant(subject: Subject, row: CredentialRow, audience: string): Promise<Grant> {
    const { open, openSecrets } = sealOfSubject(subject)
    return {
      refreshToken:
        row.refreshToken === undefined ? undefined : await open(['refresh-token'], row.refreshToken),
      secrets: await openSecrets(row.secrets),
      audience,
    }
  }

  /** As the holder of the lease. */
  async function refresh(
    subject: Subject,
    place: string,
    { row, leaseId, grant, epoch }: Held,
    provider: TokenProvider,
  ): Promise<Refreshed> {
    const { audience, refreshToken } = grant
    const askedAt = clock.now()
    const answer = await askProvider(provider, grant, clock)
    switch (answer.kind) {
      case 'granted': {
        const held = { token: answer.accessToken, ...lifetimeOf(askedAt, answer.expiresInSeconds) }
        const rotated = answer.refreshToken
        return keep(subject, place, { used: row, held, refreshToken: rotated, audience, leaseId, epoch })
      }
      case 'refused':
        return refuse(subject, row, leaseId, answer)
      case 'unavailable': {
        const notBefore = pauseUntil(clock.now(), answer.retryAfterMs)
        await release(subject, leaseId, { notBefore })
        throw unavailable(subject, notBefore - clock.now())
      }
      case 'unknown':
        log.warn('answer of a token provider lost', { tenantId: subject.tenantId, reason: answer.reason })
        await release(subject, leaseId, refreshToken === undefined ? {} : { answerLost: true })
        throw unavailable(subject, 0)
    }
  }

  /** @returns the row with this process's lease; undefined when somebody was faster or holds one. */
  async function takeLease(
    subject: Subject,
    place: string,
    found: FoundRow,
    audience: string,
  ): Promise<Held | undefined> {
    const epoch = memory.epoch()
    const { lease } = found.row
    if (lease !== undefined && !leases.hasEnded(place, lease.id)) return undefined
    const grant = await openGrant(subject, found.row, audience)
    const leaseId = randomId(parts.random, 16)
    const row: CredentialRow = {
      ...found.row,
      lease: { id: leaseId, since: clock.now() },
      // Whoever held it before may have asked and died.
      ...(lease === undefined || found.row.refreshToken === undefined ? {} : { answerLost: true }),
    }
    const etag = await credentials.tryWrite(subject, found, { row })
    return etag === undefined ? undefined : { row, leaseId, grant, epoch }
  }

  async function openHeld(
    subject: Subject,
    audience: string,
    entry: NonNullable<CredentialRow['accessTokens']>[string],
    epoch: number,
  ): Promise<string> {
    const { expiresAt, refreshAt } = entry
    const token = await sealOfSubject(subject).open(['access-token', audience], entry.token)
    memory.set(subject, audience, { token, expiresAt, refreshAt }, epoch)
    return token
  }

  return {
    /** One read when another hub has fetched it, else with the lease. @throws StegError as `CredentialsService.accessToken` */
    async fetch(subject: Subject, { audience, provider, as }: Wanted): Promise<string> {
      const place = `${subject.tenantId}/${keyOfSubject(subject)}`
      const giveUpAt = clock.now() + PATIENCE_MS
      for (let look = 0; ; look++) {
        const left = unsaved.get(place)
        if (left !== undefined) await keep(subject, place, left)
        const epoch = memory.epoch()
        const found = await credentials.read(subject)
        if (found === undefined || !found.row.enabled || !usable[found.row.state]) {
          throw failureOf(subject, found?.row)
        }
        // Without a person's sign-in an application must not act in their place.
        if (as === 'person' && found.row.refreshToken === undefined) throw failureOf(subject, undefined)
        const entry = found.row.accessTokens?.[audience]
        const now = clock.now()
        if (entry !== undefined && isFresh(entry, now)) return openHeld(subject, audience, entry, epoch)
        const inReserve = entry !== undefined && isValid(entry, now) ? entry : undefined
        if (isPausing(found.row.notBefore, now)) {
          if (inReserve !== undefined) return openHeld(subject, audience, inReserve, epoch)
          throw unavailable(subject, found.row.notBefore - now)
        }
        const mine = await takeLease(subject, place, found, audience)
        if (mine !== undefined) {
          try {
            const refreshed = await refresh(subject, place, mine, provider)
            if (refreshed.kind === 'token') return refreshed.token
          } catch (error) {
            // A provider that is away is no reason to stop while there is a token.
            if (inReserve === undefined || !isStegError(error, 'sign-in-unavailable')) throw error
            return openHeld(subject, audience, inReserve, epoch)
          }
          continue
        }
        if (inReserve !== undefined) return openHeld(subject, audience, inReserve, epoch)
        if (clock.now() > giveUpAt) throw busy(subject)
        await clock.sleep(LOOK_MS[Math.min(look, LOOK_MS.length - 1)] ?? 1000)
      }
    },
  }
}

/** The refresh token is sealed anew each time it is stored: the same text is the same token. */
function isSameGrant(row: CredentialRow, used: CredentialRow): boolean {
  return row.generation === used.generation && row.refreshToken === used.refreshToken
}
