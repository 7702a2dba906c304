import { isAtOrBelow, isLoopback, normalBase, parseBase } from './address.ts'

export interface TargetQuestion {
  /** Names that the tenant may point somewhere. */
  readonly roles: readonly string[]
  readonly name: string
  /** The address that the tenant has set. */
  readonly asked: string
  /** What the name is pinned to on this machine. */
  readonly pinned: string | undefined
  /** What `targets allow` has added on this machine. */
  readonly allowed: readonly string[]
}

export type TargetDecision =
  | { readonly kind: 'go'; readonly base: string }
  /** Store the address as the new pin first, then go. */
  | { readonly kind: 'pin'; readonly base: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-an-address' }
  | { readonly kind: 'not-allowed'; readonly pinned: string; readonly asked: string }

/**
 * Whether the agent calls an address that the hub names. A hub that was taken over must not be able to send the agent
 * around in the customer's network: the first address is trusted, a later one only on the same host (never from https
 * back to http), on this machine, or when somebody allowed it here. A name that is no role of the agent's is pinned to
 * nothing: only what somebody has allowed here is called for it.
 */
export function decideTarget(question: TargetQuestion): TargetDecision {
  const asked = parseBase(question.asked)
  if (asked === undefined) return { kind: 'not-an-address' }
  const base = normalBase(asked)
  if (!question.roles.includes(question.name)) {
    return isAllowed(question.allowed, base) ? { kind: 'go', base } : { kind: 'unknown' }
  }
  const pinned = question.pinned === undefined ? undefined : parseBase(question.pinned)
  if (pinned === undefined) return { kind: 'pin', base }
  if (normalBase(pinned) === base) return { kind: 'go', base }
  if (isLoopback(asked) || sameHost(pinned, asked) || isAllowed(question.allowed, base))
    return { kind: 'pin', base }
  return { kind: 'not-allowed', pinned: normalBase(pinned), asked: base }
}

function sameHost(pinned: URL, asked: URL): boolean {
  const downgrade = pinned.protocol === 'https:' && asked.protocol === 'http:'
  return pinned.hostname === asked.hostname && !downgrade
}

/** An allowed address stands for itself and for what lies below it. */
function isAllowed(allowed: readonly string[], base: string): boolean {
  return allowed.some((text) => {
    const url = parseBase(text)
    return url !== undefined && isAtOrBelow(base, normalBase(url))
  })
}
