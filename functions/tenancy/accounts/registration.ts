import { StegError } from '../../../shared/errors/error.ts'
import type { NewCookie } from '../../http/cookies.ts'
import type { Invitations } from './invitations.ts'
import { emailName, microsoftName, type Owner } from './names.ts'
import type { Accounts } from './parts.ts'
import type { PasswordCare } from './passwords.ts'
import type { UserRow } from './rows.ts'
import type { SignIn, SignInRequest } from './sign-in.ts'

export interface NewRegistration {
  readonly firstName: string
  readonly lastName: string
  readonly password: string
  readonly language?: 'de' | 'en' | undefined
}

export interface Registration {
  /**
   * The link has proven the address: the user is registered, and signed in here.
   * @throws StegError `link-invalid`, `invitation-address-taken`, `password-too-short`, `password-too-common`
   */
  register(token: string, entered: NewRegistration, request: SignInRequest): Promise<readonly NewCookie[]>
  /** The same with a Microsoft account instead of a password. @throws StegError `link-invalid`, `invitation-address-taken` */
  withMicrosoft(
    invited: { readonly owner: Owner; readonly user: UserRow },
    identity: {
      readonly subject: string
      readonly firstName: string | undefined
      readonly lastName: string | undefined
    },
    request: SignInRequest,
  ): Promise<readonly NewCookie[]>
}

export function createRegistration(
  accounts: Accounts,
  invitations: Invitations,
  passwordCare: PasswordCare,
  signIn: SignIn,
): Registration {
  const { clock, users, names } = accounts

  /**
   * Uses the invitation up: of two who bring the link at once, one is refused. From now on the address is taken.
   * @throws StegError `link-invalid`, `invitation-address-taken`
   */
  async function complete(
    owner: Owner,
    { email, invitation }: Pick<UserRow, 'email' | 'invitation'>,
    registered: (user: UserRow) => UserRow,
  ) {
    const name = emailName(email)
    const holder = await names.claim(name, owner)
    if (holder.userId !== owner.userId || holder.tenantId !== owner.tenantId) {
      throw new StegError('invitation-address-taken', { email })
    }
    const { user } = await users.change(owner.tenantId, owner.userId, (row) => {
      if (row.registeredAt !== undefined || row.locked || row.invitation?.hash !== invitation?.hash) {
        throw new StegError('link-invalid', {})
      }
      const { invitation: _, ...rest } = registered(row)
      const now = clock.now()
      return { ...rest, registeredAt: now, updatedAt: now, lastSignInAt: now }
    })
    await names.releaseInvited(name, owner)
    await accounts.attempts.forget({ counter: 'account', of: `account ${user.email}` })
    return user
  }

  return {
    async register(token, { firstName, lastName, password, language }, request) {
      const { owner, user: invited } = await invitations.view(token)
      const passwordHash = await passwordCare.chosen(
        password,
        { ...invited, firstName, lastName },
        owner.tenantId,
      )
      const user = await complete(owner, invited, (row) => ({
        ...row,
        firstName,
        lastName,
        passwordHash,
        ...(language === undefined ? {} : { language }),
      }))
      return signIn.begin(owner, user, request)
    },

    async withMicrosoft({ owner, user: invited }, identity, request) {
      const name = microsoftName(identity.subject)
      const holder = await names.claim(name, owner)
      if (holder.userId !== owner.userId || holder.tenantId !== owner.tenantId) {
        throw new StegError('link-invalid', {})
      }
      const user = await complete(owner, invited, (row) => ({
        ...row,
        firstName: row.firstName ?? identity.firstName,
        lastName: row.lastName ?? identity.lastName,
        microsoft: name,
      }))
      return signIn.begin(owner, user, request)
    },
  }
}
