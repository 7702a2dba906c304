import { type Right, type Role, rightsOf } from './roles.ts'
import { type AccountScope, covers } from './scope.ts'

export type TokenState = 'active' | 'suspended' | 'expired' | 'revoked'

/** Why a token does not work for now. It works again when that has gone, or when somebody else answers for it. */
export const suspensions = ['maker-locked', 'maker-removed', 'maker-degraded', 'token-revoked'] as const
export type Suspension = (typeof suspensions)[number]

/** Who answers for a token, as they are now. */
export type Maker = 'nobody' | 'removed' | ActiveMaker

interface ActiveMaker {
  readonly locked: boolean
  readonly roles: readonly Role[]
  readonly scope: AccountScope
}

interface Facts {
  readonly roles: readonly Role[]
  readonly scope: AccountScope
  readonly revokedAt?: number | undefined
  readonly expiresAt?: number | undefined
  /** A token by which it was made was revoked. */
  readonly orphaned?: boolean | undefined
}

/** What holds whoever made the token: whether there is any need to look at them. */
export function endOf({ revokedAt, expiresAt }: Facts, now: number): 'revoked' | 'expired' | undefined {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : undefined
}

/** Nobody has more through a token than they have themselves, now and not only when it was made. */
export function suspensionOf(token: Facts, maker: Maker): Suspension | undefined {
  if (token.orphaned === true) return 'token-revoked'
  if (maker === 'nobody') return undefined
  if (maker === 'removed') return 'maker-removed'
  if (maker.locked) return 'maker-locked'
  return hasAll(rightsOf(maker.roles), token.roles) && covers(maker.scope, token.scope)
    ? undefined
    : 'maker-degraded'
}

/** The roles that somebody with these rights could have given. */
export function rolesWithin(held: ReadonlySet<Right>, roles: readonly Role[]): readonly Role[] {
  return roles.filter((role) => hasAll(held, [role]))
}

function hasAll(held: ReadonlySet<Right>, roles: readonly Role[]): boolean {
  return [...rightsOf(roles)].every((right) => held.has(right))
}
