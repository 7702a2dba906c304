/**
 * The change of an agent's keys, as its key file shows it. `settled`: one set of keys. `prepared`: new keys are stored,
 * the hub may not know them. `accepted`: the hub's new key is stored as well, so calls under the old and the new keys
 * can be read. `overlapping`: the new keys are in use, the old ones can still read.
 */
export type RotationState = 'settled' | 'prepared' | 'accepted' | 'overlapping'

/** `prepare`: make new keys. `accept`: offer them to the hub. `switch`: confirm them. `expire`: forget the old ones. */
export type RotationEvent = 'prepare' | 'accept' | 'switch' | 'expire'

export const transitions: Readonly<
  Record<RotationState, Readonly<Record<RotationEvent, RotationState | undefined>>>
> = {
  settled: { prepare: 'prepared', accept: undefined, switch: undefined, expire: undefined },
  prepared: { prepare: undefined, accept: 'accepted', switch: undefined, expire: undefined },
  accepted: { prepare: undefined, accept: undefined, switch: 'overlapping', expire: undefined },
  overlapping: { prepare: undefined, accept: undefined, switch: undefined, expire: 'settled' },
}

/** What to do next; undefined when there is nothing to do now. What has begun is brought to its end, whoever asked. */
export function nextStep(
  state: RotationState,
  facts: { readonly due: boolean; readonly overlapOver: boolean },
): RotationEvent | undefined {
  switch (state) {
    case 'settled':
      return facts.due ? 'prepare' : undefined
    case 'prepared':
      return 'accept'
    case 'accepted':
      return 'switch'
    case 'overlapping':
      return facts.overlapOver ? 'expire' : undefined
  }
}
