interface Keys {
  readonly publicKey: string
  readonly agent: string
  readonly hub: string
  readonly hubPrivate: string
}

export interface KeyState<K extends Keys> {
  readonly nextKeys?: K | undefined
  readonly olderKeys?: (K & { readonly until: number }) | undefined
}

/** The signing keys that count: the present one, and the former one for a while. */
export function signingKeys(
  row: { readonly publicKey: string } & Pick<KeyState<Keys>, 'olderKeys'>,
  now: number,
): readonly string[] {
  const { publicKey, olderKeys } = row
  return olderKeys !== undefined && now < olderKeys.until ? [publicKey, olderKeys.publicKey] : [publicKey]
}

/** Keys that count besides the present ones: those about to be used, and the former ones for a while. */
export function alsoValid<K extends Keys>(row: KeyState<K>, now: number): readonly K[] {
  const older = row.olderKeys !== undefined && now < row.olderKeys.until ? [row.olderKeys] : []
  return row.nextKeys === undefined ? older : [row.nextKeys, ...older]
}
