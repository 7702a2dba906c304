/** The life of an item that is to be delivered exactly once, as a total table. */
export const deliveryStates = ['pending', 'sending', 'delivered', 'refused'] as const
/**
 * `pending`: to be sent, and no request for it can be under way. `sending`: an attempt was written down, and it is not
 * certain yet what became of it; until it is, nothing else of its lane is sent. `delivered`: the target has it.
 * `refused`: the target said no, or it was given up.
 */
export type DeliveryState = (typeof deliveryStates)[number]

export const deliveryEvents = ['send', 'learn', 'confirm', 'refuse', 'unsend'] as const
export type DeliveryEvent =
  /** A request is about to leave. */
  | 'send'
  /** More is known about a request whose outcome is open. */
  | 'learn'
  /** The target has it: answered, or seen when reading back. */
  | 'confirm'
  /** The target said no. */
  | 'refuse'
  /** It is certain that the target does not have it and that no request is under way: it may be sent again. */
  | 'unsend'

const none: Readonly<Record<DeliveryEvent, DeliveryState | undefined>> = {
  send: undefined,
  learn: undefined,
  confirm: undefined,
  refuse: undefined,
  unsend: undefined,
}

/** What the products' own tables of states are held to. */
export const life: Readonly<
  Record<DeliveryState, Readonly<Record<DeliveryEvent, DeliveryState | undefined>>>
> = {
  // `confirm`: a request that was given up as lost has arrived after all.
  pending: { ...none, send: 'sending', confirm: 'delivered' },
  sending: { ...none, learn: 'sending', confirm: 'delivered', refuse: 'refused', unsend: 'pending' },
  delivered: none,
  refused: none,
}
