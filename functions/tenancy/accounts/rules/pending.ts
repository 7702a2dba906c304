/** What waits for a link of a mail to come back. */
export const pendingKinds = ['invitation', 'reset', 'newEmail'] as const
export type Pending = (typeof pendingKinds)[number]

/** What makes an account safe again, or hands it on: links of before shall not undo that. */
export type PendingEnd = 'password-set' | 'locked' | 'address-changed' | 'address-restored'

const ended: Readonly<Record<PendingEnd, readonly Pending[]>> = {
  'password-set': ['reset', 'newEmail'],
  locked: pendingKinds,
  'address-changed': ['reset', 'newEmail'],
  'address-restored': ['reset', 'newEmail'],
}

type Waiting = { readonly [K in Pending]?: { readonly expiresAt: number } | undefined }

/**
 * The account without what waited, and the names of what was still good.
 * @param used the link that brought this about: it is used up, not voided
 */
export function withoutPending<T extends Waiting>(
  account: T,
  end: PendingEnd,
  now: number,
  used?: Pending,
): { readonly account: T; readonly voided: readonly Pending[] } {
  const kept = { ...account }
  for (const kind of ended[end]) delete kept[kind]
  const voided = ended[end].filter((kind) => kind !== used && (account[kind]?.expiresAt ?? 0) > now)
  return { account: kept, voided }
}
