import type { Clock } from '../../shared/clock.ts'
import type { Logger } from '../../shared/log.ts'
import type { Random } from '../../shared/random.ts'
import type { TenantSeal } from '../platform/secrets/port.ts'
import type { Store } from '../platform/store/port.ts'
import { type Attempt, createAttempts, type SignInOutcome } from './attempts.ts'
import { type CredentialsChange, createChanging } from './changing.ts'
import { createCredentialStore } from './credential-store.ts'
import { failureOf } from './failure.ts'
import { createNotices } from './notices.ts'
import type { Notify, Subject } from './port.ts'
import { isFresh } from './rules/lifetime.ts'
import type { Event } from './rules/state.ts'
import { sealOf } from './sealing.ts'
import { withEvent } from './standing.ts'
import { createTokenMemory } from './token-memory.ts'
import { createTokens, type Wanted } from './tokens.ts'
import { type CredentialsView, toView } from './view.ts'

export interface CredentialsService {
  /** Ends every stop at once. @throws StegError `store-limit` when it is more than a row holds */
  set(subject: Subject, change: CredentialsChange): Promise<CredentialsView>
  /** Forgets everything. */
  clear(subject: Subject): Promise<void>
  /** Undefined where nothing was ever set. */
  view(subject: Subject): Promise<CredentialsView | undefined>
  /** A permission was given or taken away. @throws StegError `credentials-missing` */
  switch(subject: Subject, on: boolean): Promise<CredentialsView>
  /** An admin lets it go on with the same credentials. @throws StegError `credentials-missing` */
  unlock(subject: Subject): Promise<CredentialsView>
  /**
   * The secrets, to sign in with. After a refusal one attempt at a time.
   * @throws StegError `credentials-…` or `entra-…`: why they cannot be used
   */
  open(subject: Subject): Promise<Attempt>
  /** What became of an attempt. Reported again, it counts once; with credentials that were changed since, not at all. */
  report(attempt: Attempt, outcome: SignInOutcome): Promise<CredentialsView | undefined>
  /**
   * An access token for a set of scopes. From memory at no cost; `look` reads the row first, so that a permission taken
   * away or a change at another hub counts at once.
   * @throws StegError as `open`, `sign-in-unavailable`, `credentials-busy`
   */
  accessToken(subject: Subject, wanted: Wanted & { readonly look?: boolean }): Promise<string>
  /** The other system does not take this access token, whatever its lifetime says: the next one is fetched anew. */
  rejectToken(subject: Subject, audience: string, token: string): Promise<void>
  /** Gives notices that processes which died have left behind. */
  tend(): Promise<void>
}

export interface CredentialsParts {
  readonly store: Store
  readonly seal: TenantSeal
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly notify: Notify
}

/** Secrets and tokens of accounts at other systems, how it stands with them, and their use. */
export function createCredentialsService(parts: CredentialsParts): CredentialsService {
  const notices = createNotices(parts)
  const credentials = createCredentialStore({ ...parts, notices })
  const memory = createTokenMemory()
  const shared = { ...parts, credentials, memory }
  const change = createChanging(shared)
  const attempts = createAttempts(shared)
  const tokens = createTokens(shared)

  /** An event that needs no more than itself. @throws StegError `credentials-missing` */
  async function happen(
    subject: Subject,
    event: Exclude<Event, 'refused-finally'>,
  ): Promise<CredentialsView> {
    const row = await credentials.change(subject, (found) => {
      if (found === undefined) return undefined
      const { row: next, tell } = withEvent(found, event)
      const { problem: _, turn: __, ...freed } = next
      return { row: next.state === found.state ? next : freed, tell }
    })
    memory.forget(subject)
    if (row === undefined) throw failureOf(subject, undefined)
    return toView(row)
  }

  return {
    async set(subject, asked) {
      const row = await change(subject, asked)
      memory.forget(subject)
      return toView(row)
    },

    async clear(subject) {
      await credentials.remove(subject)
      memory.forget(subject)
    },

    async view(subject) {
      const found = await credentials.read(subject)
      return found === undefined ? undefined : toView(found.row)
    },

    switch: (subject, on) => happen(subject, on ? 'switched-on' : 'switched-off'),
    unlock: (subject) => happen(subject, 'unlocked'),

    open: attempts.open,

    async report(attempt, outcome) {
      const row = await attempts.report(attempt, outcome)
      return row === undefined ? undefined : toView(row)
    },

    async accessToken(subject, wanted) {
      // Not shared with those who have looked before.
      if (wanted.look === true) return tokens.fetch(subject, wanted)
      const held = memory.get(subject, wanted.audience)
      if (held !== undefined && isFresh(held, parts.clock.now())) return held.token
      return memory.share(subject, wanted.audience, () => tokens.fetch(subject, wanted))
    },

    async rejectToken(subject, audience, token) {
      memory.forget(subject)
      const { open } = sealOf(parts.seal, subject)
      await credentials.change(subject, async (found) => {
        const { [audience]: entry, ...others } = found?.accessTokens ?? {}
        if (found === undefined || entry === undefined) return undefined
        if ((await open(['access-token', audience], entry.token)) !== token) return undefined
        return { row: { ...found, accessTokens: others } }
      })
    },

    tend: notices.tend,
  }
}
