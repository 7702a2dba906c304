import { z } from 'zod'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { NewCookie } from '../../http/cookies.ts'
import type { Identity, OpenIdProvider } from '../../platform/openid/port.ts'
import type { Invitations } from './invitations.ts'
import { emailName, hasName, microsoftName, type Owner } from './names.ts'
import type { Accounts } from './parts.ts'
import type { Registration } from './registration.ts'
import type { UserRow } from './rows.ts'
import { normaliseEmail } from './rules/email.ts'
import type { SignIn, SignInRequest } from './sign-in.ts'

/** How long somebody may take at the provider. */
const FLOW_MS = 10 * 60_000
const Flow = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  redirectUri: z.string(),
  invitation: z.string().optional(),
})

export interface MicrosoftSignIn {
  readonly isConfigured: boolean
  /** @throws StegError `microsoft-not-configured`, `microsoft-failed` */
  begin(
    redirectUri: string,
    invitation: string | undefined,
  ): Promise<{ url: string; cookies: readonly NewCookie[] }>
  /**
   * @throws StegError `microsoft-not-configured`, `microsoft-cancelled`, `microsoft-failed`, `microsoft-unknown-user`,
   * `account-locked`, `link-invalid`, `invitation-address-taken`,
   * `microsoft-other-address`
   */
  finish(
    answer: {
      readonly code?: string | undefined
      readonly state?: string | undefined
      readonly error?: string | undefined
    },
    flowCookie: string | undefined,
    request: SignInRequest,
  ): Promise<readonly NewCookie[]>
}

export function createMicrosoftSignIn(
  accounts: Accounts,
  invitations: Invitations,
  registration: Registration,
  signIn: SignIn,
): MicrosoftSignIn {
  const { users, names, clock } = accounts

  function provider(): OpenIdProvider {
    if (accounts.microsoft === undefined) throw new StegError('microsoft-not-configured', {})
    return accounts.microsoft
  }

  /** Who has signed in with this account before, or is known to have the address that the provider vouches for. */
  async function ownerOf(identity: Identity): Promise<Owner | undefined> {
    const linked = await holderOf(microsoftName(identity.subject))
    if (linked !== undefined) return linked
    // An address that anybody may have written into their own directory proves nothing.
    if (!identity.emailVerified || identity.email === undefined) return undefined
    const name = emailName(normaliseEmail(identity.email))
    return (await holderOf(name)) ?? invitedOf(name)
  }

  /** Whoever is invited by several tenants chooses by opening one of the links. */
  async function invitedOf(name: string): Promise<Owner | undefined> {
    const invited = await names.allInvited(name)
    // Claimed for the invitation by an earlier version, or by a hub that died while it was accepted.
    const claimed = await names.find(name)
    const isClaimed = (owner: Owner) =>
      owner.tenantId === claimed?.tenantId && owner.userId === claimed.userId
    const owners = claimed === undefined ? invited : [claimed, ...invited.filter((one) => !isClaimed(one))]
    const found: { owner: Owner; isOpen: boolean }[] = []
    for (const owner of owners) {
      const user = (await users.find(owner.tenantId, owner.userId))?.user
      if (user === undefined || user.registeredAt !== undefined || emailName(user.email) !== name) continue
      const isOpen = !user.locked && (user.invitation?.expiresAt ?? 0) > clock.now()
      found.push({ owner, isOpen })
    }
    const open = found.filter(({ isOpen }) => isOpen)
    if (open.length > 1) return undefined
    return (open[0] ?? found[0])?.owner
  }

  /** Only a name that its user goes by leads to them, not one that was claimed and never taken on, or is given up. */
  async function holderOf(name: string): Promise<Owner | undefined> {
    const owner = await names.find(name)
    const stored = owner && (await users.find(owner.tenantId, owner.userId))
    return stored !== undefined && hasName(stored.user, name) ? owner : undefined
  }

  /** First use: from now on the account itself counts, whatever becomes of its address. */
  async function link(owner: Owner, user: UserRow, { subject }: Identity): Promise<UserRow> {
    const name = microsoftName(subject)
    if (user.microsoft === name) return user
    // Another account is linked: a second one with the same address is somebody else's.
    if (user.microsoft !== undefined) throw new StegError('microsoft-unknown-user', {})
    const holder = await names.claim(name, owner)
    if (holder.userId !== owner.userId || holder.tenantId !== owner.tenantId) {
      throw new StegError('microsoft-unknown-user', {})
    }
    const changed = await users.change(owner.tenantId, owner.userId, (row) => ({ ...row, microsoft: name }))
    return changed.user
  }

  async function finishFor(identity: Identity, invitation: string | undefined, request: SignInRequest) {
    if (invitation !== undefined) {
      const invited = await invitations.view(invitation)
      if (!isFor(identity, invited.user)) {
        throw new StegError('microsoft-other-address', { email: invited.user.email })
      }
      return registration.withMicrosoft(invited, identity, request)
    }
    const owner = await ownerOf(identity)
    const stored = owner && (await users.find(owner.tenantId, owner.userId))
    if (!owner || !stored) throw new StegError('microsoft-unknown-user', {})
    if (stored.user.locked) throw new StegError('account-locked', {})
    if (stored.user.registeredAt === undefined) {
      if ((stored.user.invitation?.expiresAt ?? 0) <= clock.now()) throw new StegError('link-invalid', {})
      return registration.withMicrosoft({ owner, user: stored.user }, identity, request)
    }
    const user = await link(owner, stored.user, identity)
    await users.change(owner.tenantId, owner.userId, (row) => ({ ...row, lastSignInAt: clock.now() }))
    return signIn.begin(owner, user, request)
  }

  return {
    isConfigured: accounts.microsoft !== undefined,

    async begin(redirectUri, invitation) {
      const { url, flow } = await provider().begin(redirectUri)
      const content = { ...flow, ...(invitation === undefined ? {} : { invitation }) }
      const value = await accounts.seal.seal('flow', content, FLOW_MS)
      return { url, cookies: [{ kind: 'flow', value, maxAgeSeconds: FLOW_MS / 1000 }] }
    },

    async finish({ code, state, error }, flowCookie, request) {
      const { finish } = provider()
      const flow = await accounts.seal.open('flow', flowCookie, Flow)
      // Only the browser that was sent away comes back with the state that it was sent away with.
      if (flow === undefined || state !== flow.state)
        throw failed('the sign-in was not begun in this browser')
      if (error === 'access_denied') throw new StegError('microsoft-cancelled', {})
      if (code === undefined) throw failed(error ?? 'no code')
      const { invitation, ...rest } = flow
      const identity = await finish(code, rest)
      try {
        const cookies = await finishFor(identity, invitation, request)
        return [...cookies, { kind: 'flow', value: '', maxAgeSeconds: 0 }]
      } catch (thrown) {
        if (isStegError(thrown, 'not-found')) throw new StegError('microsoft-unknown-user', {})
        throw thrown
      }
    },
  }
}

/**
 * Whether an account at the provider goes by the invited address. The link has proven the address already, so what the
 * account says of itself is enough: it keeps a link that was passed on from making somebody else's account.
 */
function isFor({ email, userName }: Identity, user: UserRow): boolean {
  return normaliseEmail(email ?? userName ?? '') === user.email
}

function failed(reason: string): StegError {
  return new StegError('microsoft-failed', { reason: reason.slice(0, 100) })
}
