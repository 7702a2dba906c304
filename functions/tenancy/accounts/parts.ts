import type { Clock } from '../../../shared/clock.ts'
import type { Logger } from '../../../shared/log.ts'
import type { Random } from '../../../shared/random.ts'
import type { AuditTrail } from '../../audit/port.ts'
import type { MailSender } from '../../platform/mail/port.ts'
import type { OpenIdProvider } from '../../platform/openid/port.ts'
import type { Passwords } from '../../platform/passwords/port.ts'
import type { Store } from '../../platform/store/port.ts'
import type { SignInAttempts } from './attempts.ts'
import type { BrowserSeal } from './browser-seal.ts'
import type { MailAllowance } from './mail-allowance.ts'
import type { Mailer } from './mailer.ts'
import type { SignInNames } from './names.ts'
import type { Sessions } from './sessions.ts'
import type { UserStore } from './user-store.ts'

/** What accounts need from outside. */
export interface AccountsParts {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Where sign-ins that failed are kept; those that succeeded are recorded with their request. */
  readonly audit: AuditTrail
  readonly passwords: Passwords
  readonly mail: MailSender
  /** Undefined where signing in with Microsoft is not set up. */
  readonly microsoft: OpenIdProvider | undefined
  /** Of 32 bytes each; the first one seals what browsers keep, any opens it. */
  readonly browserKeys: readonly [Uint8Array, ...Uint8Array[]]
  readonly publicUrl: string | undefined
  readonly isOperatorToken: (text: string) => boolean
  /** SHA-256 of the operator's token, base64url: sessions of the operator end with it. */
  readonly operatorTokenHash: string
  readonly tenantName: (tenantId: string) => Promise<string>
  /** @throws StegError `group-unknown` */
  readonly checkGroups: (tenantId: string, groups: readonly string[]) => Promise<void>
}

/** What the parts of this capability share. */
export interface Accounts extends AccountsParts {
  readonly users: UserStore
  readonly names: SignInNames
  readonly sessions: Sessions
  readonly attempts: SignInAttempts
  readonly seal: BrowserSeal
  readonly mailer: Mailer
  readonly allowance: MailAllowance
  /** The count under which the operator's sessions run, as a user's do under theirs; another one for each token. */
  readonly operatorEpoch: number
}
