/** For how long the owner of an address can take a change of it back. */
export const RESTORE_MS = 7 * 24 * 3_600_000
/**
 * So many changes may be asked for in that time. Every one of them has a link that must stay good, so that nobody pushes
 * another's out by asking for more.
 */
const MOST_FORMER_ADDRESSES = 10

/** An address that was there when a change was asked for, and the hash of the link that brings it back. */
export interface FormerAddress {
  readonly email: string
  readonly hash: string
  readonly expiresAt: number
  /** The Microsoft account that was linked then; one that was linked later goes with the change. */
  readonly microsoft?: string | undefined
}

/** Those whose links are still good, oldest first. */
export function aliveAddresses<T extends FormerAddress>(former: readonly T[] | undefined, now: number): T[] {
  return (former ?? []).filter(({ expiresAt }) => expiresAt > now)
}

/** Those from before a change that is taken back: its own link is used up, and those of later changes are a thief's. */
export function addressesBefore<T extends FormerAddress>(
  former: readonly T[] | undefined,
  hash: string,
): T[] {
  const all = former ?? []
  const at = all.findIndex((one) => one.hash === hash)
  return at < 0 ? [...all] : all.slice(0, at)
}

/** When the next change may be asked for; 0 when at once. */
export function nextChangeAt(former: readonly FormerAddress[] | undefined, now: number): number {
  const alive = aliveAddresses(former, now)
  const last = alive.at(-MOST_FORMER_ADDRESSES)
  return last === undefined ? 0 : last.expiresAt
}
