/** What a reading of one person's accounts means for what is kept. */

export interface Account {
  readonly id: number
  readonly name: string
  readonly minutes: number
}

export interface KnownBalance {
  /** The key date, `YYYY-MM-DD`, for which these figures were first read. */
  readonly day: string
  readonly accounts: readonly Account[]
}

export type BalanceAction =
  | { readonly kind: 'create' }
  /** `changed`: names of the accounts that came, went or have other minutes. */
  | { readonly kind: 'update'; readonly changed: readonly string[] }
  | { readonly kind: 'keep'; readonly reason: 'same' | 'empty' | 'older' }

/**
 * Figures are kept only when they changed. An answer without accounts does not wipe those that are known, and a reading
 * for an earlier day than the one kept (a clock was set back) does not replace it.
 */
export function planBalance(
  read: readonly Account[],
  known: KnownBalance | undefined,
  keyDate: string,
): BalanceAction {
  if (known === undefined) {
    return read.length === 0 ? { kind: 'keep', reason: 'same' } : { kind: 'create' }
  }
  if (read.length === 0) return { kind: 'keep', reason: known.accounts.length === 0 ? 'same' : 'empty' }
  if (keyDate < known.day) return { kind: 'keep', reason: 'older' }
  const changed = changedAccounts(read, known.accounts)
  return changed.length === 0 ? { kind: 'keep', reason: 'same' } : { kind: 'update', changed }
}

function changedAccounts(read: readonly Account[], known: readonly Account[]): readonly string[] {
  const before = new Map(known.map((account) => [account.id, account]))
  const changed: string[] = []
  for (const account of read) {
    const old = before.get(account.id)
    before.delete(account.id)
    if (old?.name !== account.name || old.minutes !== account.minutes) changed.push(account.name)
  }
  return [...changed, ...Array.from(before.values(), ({ name }) => name)]
}
