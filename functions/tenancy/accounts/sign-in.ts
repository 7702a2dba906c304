import { z } from 'zod'
import { StegError } from '../../../shared/errors/error.ts'
import { randomId } from '../../../shared/random.ts'
import { OPERATOR_RECORDS } from '../../audit/port.ts'
import type { NewCookie } from '../../http/cookies.ts'
import { type Client, nobody } from '../../http/principal.ts'
import { type Counted, networkOf } from './attempts.ts'
import { emailName, type Owner } from './names.ts'
import type { Accounts } from './parts.ts'
import type { UserRow } from './rows.ts'
import { normaliseEmail } from './rules/email.ts'
import { SESSION_COOKIE_SECONDS } from './sessions.ts'
import { nameOfUser } from './users.ts'

/** The owner of the operator's sessions; no tenant has such an id. */
export const OPERATOR: Owner = { tenantId: 'operator', userId: 'operator' }
/** How long a browser counts as one in which the account has signed in before. */
const KNOWN_MS = 180 * 24 * 3_600_000
const Known = z.object({ owner: z.string(), browser: z.string() })

export interface SignInRequest {
  readonly client: Client
  /** The cookie by which a browser is known. */
  readonly known: string | undefined
}

export interface SignIn {
  /** @throws StegError `sign-in-refused`, `sign-in-delayed`, `account-locked`, `too-busy` */
  withPassword(email: string, password: string, request: SignInRequest): Promise<readonly NewCookie[]>
  /** @throws StegError `sign-in-refused`, `sign-in-delayed` */
  asOperator(token: string, request: SignInRequest): Promise<readonly NewCookie[]>
  /** Begins a session for somebody who has proven in another way who they are. */
  begin(owner: Owner, user: Pick<UserRow, 'epoch'>, request: SignInRequest): Promise<readonly NewCookie[]>
}

export function createSignIn(accounts: Accounts): SignIn {
  const { clock, random, users, names, sessions, attempts, passwords } = accounts

  async function knownBrowser(
    cookie: string | undefined,
    owner: Owner | undefined,
  ): Promise<string | undefined> {
    const known = await accounts.seal.open('known', cookie, Known)
    return owner !== undefined && known?.owner === `${owner.tenantId}/${owner.userId}`
      ? known.browser
      : undefined
  }

  /** Which counters an attempt runs under. What was typed is counted, so that no account and an account are alike. */
  function countersOf(email: string, browser: string | undefined, { address }: Client): Counted[] {
    if (browser !== undefined) return [{ counter: 'known', of: `known ${browser} ${email}` }]
    return [
      ...(address === '' ? [] : [{ counter: 'address' as const, of: `address ${networkOf(address)}` }]),
      { counter: 'account', of: `account ${email}` },
    ]
  }

  async function begin(
    owner: Owner,
    { epoch }: Pick<UserRow, 'epoch'>,
    { client, known }: SignInRequest,
  ): Promise<readonly NewCookie[]> {
    const session = await sessions.begin(owner, epoch, client)
    const browser = (await knownBrowser(known, owner)) ?? randomId(random, 16)
    const seal = await accounts.seal.seal(
      'known',
      { owner: `${owner.tenantId}/${owner.userId}`, browser },
      KNOWN_MS,
    )
    return [
      { kind: 'session', value: session, maxAgeSeconds: SESSION_COOKIE_SECONDS },
      { kind: 'known', value: seal, maxAgeSeconds: KNOWN_MS / 1000 },
    ]
  }

  /**
   * One record whether or not there is such a user, so that both take as long. For the tenant of a user it names them;
   * what was typed otherwise is not kept, because it may be a password in the wrong field.
   */
  async function refused(
    found: { readonly owner: Owner; readonly user: UserRow } | undefined,
    { client }: SignInRequest,
    code: 'sign-in-refused' | 'account-locked',
  ): Promise<StegError> {
    const actor = found
      ? { kind: 'user' as const, id: found.owner.userId, name: nameOfUser(found.user) }
      : nobody
    await accounts.audit.record(found?.owner.tenantId ?? OPERATOR_RECORDS, {
      action: 'signIn',
      actor,
      address: client.address,
      outcome: 'failed',
      details: { code },
    })
    return new StegError(code, {})
  }

  /** Notes the sign-in, and strengthens a hash that was made with weaker parameters. */
  async function noted({ tenantId, userId }: Owner, password: string, user: UserRow): Promise<void> {
    const before = user.passwordHash
    const passwordHash =
      before !== undefined && passwords.isOutdated(before) ? await passwords.hash(password) : before
    await users.change(tenantId, userId, (now) => ({
      ...now,
      lastSignInAt: clock.now(),
      ...(now.passwordHash === before ? { passwordHash } : {}),
    }))
  }

  return {
    begin,

    async withPassword(written, password, request) {
      const email = normaliseEmail(written)
      const owner = await names.find(emailName(email))
      const counted = countersOf(email, await knownBrowser(request.known, owner), request.client)
      const attempt = await attempts.begin(counted)
      // Read for nobody, too: the same steps for an address that is not known.
      const stored = await users.find(owner?.tenantId ?? 'nobody', owner?.userId ?? 'nobody')
      const user = stored?.user.email === email ? stored.user : undefined
      const isRight = await passwords.verify(user?.passwordHash, password)
      if (owner === undefined || user === undefined || user.registeredAt === undefined || !isRight) {
        throw await refused(owner && user && { owner, user }, request, 'sign-in-refused')
      }
      if (user.locked) throw await refused({ owner, user }, request, 'account-locked')
      // A browser's own slips are nobody else's; of what is shared, only this attempt was right.
      const [first] = counted
      if (first?.counter === 'known') await attempts.forget(first)
      else await attempt.takeBack()
      await noted(owner, password, user)
      return begin(owner, user, request)
    },

    async asOperator(token, request) {
      // Not to be guessed; counted all the same, so that trying shows nothing and costs nothing.
      const { address } = request.client
      const counted = { counter: 'operator', of: `operator ${networkOf(address)}` } as const
      const attempt = await attempts.begin(address === '' ? [] : [counted])
      if (!accounts.isOperatorToken(token)) throw await refused(undefined, request, 'sign-in-refused')
      await attempt.takeBack()
      return begin(OPERATOR, { epoch: accounts.operatorEpoch }, request)
    },
  }
}
