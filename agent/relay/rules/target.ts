import { isLoopback, normalBase, parseBase } from './address.ts'

/** Names that the tenant may point somewhere, by the agent's category. */
const namesOf: Readonly<Record<'sage' | 'none', readonly string[]>> = { sage: ['sage'], none: [] }

export interface TargetQuestion {
  readonly category: 'sage' | 'none'
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
 * back to http), on this machine, or when somebody allowed it here.
 */
export function decideTarget(question: TargetQuestion): TargetDecision {
  if (!namesOf[question.category].includes(question.name)) return { kind: 'unknown' }
  const asked = parseBase(question.asked)
  if (asked === undefined) return { kind: 'not-an-address' }
  const base = normalBase(asked)
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
    return url !== undefined && (base === normalBase(url) || base.startsWith(`${normalBase(url)}/`))
  })
}
