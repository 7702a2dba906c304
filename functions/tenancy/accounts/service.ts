import type { Principal, Session } from '../../http/principal.ts'
import { rightsOf } from '../rules/roles.ts'
import { type Addresses, createAddresses } from './addresses.ts'
import { createSignInAttempts } from './attempts.ts'
import { createAttemptsPruning } from './attempts-pruning.ts'
import { createBrowserSeal } from './browser-seal.ts'
import { createInvitations, type Invitations } from './invitations.ts'
import { createMailAllowance } from './mail-allowance.ts'
import { createMailer } from './mailer.ts'
import { createMicrosoftSignIn, type MicrosoftSignIn } from './microsoft.ts'
import { createSignInNames, type Owner } from './names.ts'
import type { Accounts, AccountsParts } from './parts.ts'
import { createPasswordCare, type PasswordCare } from './passwords.ts'
import { createRegistration, type Registration } from './registration.ts'
import type { UserRow } from './rows.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createSignIn, OPERATOR, type SignIn } from './sign-in.ts'
import { createUserStore } from './user-store.ts'
import { createUsers, nameOfUser, scopeOf, type Users } from './users.ts'

/** Somebody who is signed in. `user` is undefined for the operator. */
export interface SignedIn {
  readonly owner: Owner
  readonly user: UserRow | undefined
  /** Of all sessions of theirs that are alive. */
  readonly epoch: number
  readonly session: Session
  readonly principal: Principal
}

export interface AccountsService {
  readonly users: Users
  readonly invitations: Invitations
  readonly registration: Registration
  readonly signIn: SignIn
  readonly passwords: PasswordCare
  readonly addresses: Addresses
  readonly microsoft: MicrosoftSignIn
  readonly sessions: Sessions
  /** Whose session a cookie is: two point reads, and a write now and then for "last seen". */
  signedIn(cookie: string): Promise<SignedIn | undefined>
  /** Deletes some of the counters of sign-in attempts that count no longer; one transaction an hour when there are none. */
  pruneAttempts(): Promise<number>
}

export function createAccountsService(parts: AccountsParts): AccountsService {
  const { store, clock, random } = parts
  const attempts = createSignInAttempts({ store, clock })
  const accounts: Accounts = {
    ...parts,
    users: createUserStore(store),
    names: createSignInNames({ store, clock }),
    sessions: createSessions({ store, clock, random }),
    attempts,
    allowance: createMailAllowance(attempts),
    operatorEpoch: epochOf(parts.operatorTokenHash),
    seal: createBrowserSeal(parts.browserKeys, clock),
    mailer: createMailer(parts),
  }
  const signIn = createSignIn(accounts)
  const passwords = createPasswordCare(accounts, signIn)
  const invitations = createInvitations(accounts)
  const registration = createRegistration(accounts, invitations, passwords, signIn)

  return {
    users: createUsers(accounts),
    invitations,
    registration,
    signIn,
    passwords,
    addresses: createAddresses(accounts, passwords),
    microsoft: createMicrosoftSignIn(accounts, invitations, registration, signIn),
    sessions: accounts.sessions,
    pruneAttempts: createAttemptsPruning({ store, clock }),

    async signedIn(cookie) {
      let user: UserRow | undefined
      const found = await accounts.sessions.resolve(cookie, async (owner) => {
        if (owner.tenantId === OPERATOR.tenantId) return accounts.operatorEpoch
        user = (await accounts.users.find(owner.tenantId, owner.userId))?.user
        return user === undefined || user.locked || user.registeredAt === undefined ? undefined : user.epoch
      })
      if (found === undefined) return undefined
      const epoch = user?.epoch ?? accounts.operatorEpoch
      return { ...found, user, epoch, principal: principalOf(found.owner, user) }
    },
  }
}

/** 48 bits of it: rows hold no larger whole number, and nobody chooses a token by its hash. */
function epochOf(tokenHash: string): number {
  return Buffer.from(tokenHash, 'base64url').readUIntBE(0, 6)
}

function principalOf({ tenantId, userId }: Owner, user: UserRow | undefined): Principal {
  if (user === undefined) {
    return { kind: 'operator', actor: { kind: 'operator', id: 'operator', name: 'operator' } }
  }
  return {
    kind: 'tenant',
    tenantId,
    rights: rightsOf(user.roles),
    actor: { kind: 'user', id: userId, name: nameOfUser(user) },
    scope: scopeOf(user),
  }
}
