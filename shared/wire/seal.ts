import { createPairing, type Pairing, type PairingParts } from './pairing.ts'
import { describeSeal, isForOthers, openWith, pairingOf, sealFor } from './sealed-frame.ts'

export { makeSealKey, SealPublicKey, sealPublicKey } from './pairing.ts'
export { MAX_RECEIVERS } from './sealed-frame.ts'

/**
 * One side of what a hub and one agent, or the agents of a site, say to each other. How it is sealed, and what that
 * keeps out, is in sealed-frame.ts.
 */
export interface Channel {
  /** Names scheme and keys of what this side seals; for people who look at messages, nothing relies on it. */
  readonly enc: string
  /** `id` is the call's; what is sealed opens only for the same call, in the same direction. */
  seal(id: string, frame: Uint8Array): Buffer
  /** @throws StegError `message-invalid` for anything the other side has not sealed for this call. */
  open(id: string, sealed: Uint8Array): Buffer
}

/** The agent's side of a channel. */
export interface AgentChannel extends Channel {
  /** Sealed, but not for this agent: for others of its site. */
  isForOthers(sealed: Uint8Array): boolean
}

/** An agent as a sender, with one of its keys that are valid. */
export interface Sender {
  readonly agentId: string
  readonly pairing: Pairing
}

/** The hub's side of a channel. */
export interface HubChannel extends Channel {
  /** Who has sealed what was opened. */
  senderOf(sealed: Uint8Array): string | undefined
}

/** The hub's side: seals for each of `receivers`, opens what comes from any of `senders`. */
export function hubChannel(receivers: readonly Pairing[], senders: readonly Sender[]): HubChannel {
  const pairings = senders.map(({ pairing }) => pairing)
  return {
    enc: describeSeal(receivers),
    seal: (id, frame) => sealFor(receivers, id, frame),
    open: (id, sealed) => openWith(pairings, id, sealed).frame,
    senderOf(sealed) {
      const found = pairingOf(pairings, sealed)
      return senders.find(({ pairing }) => pairing === found)?.agentId
    },
  }
}

/** The keys that an agent has at the moment: those it uses, and those that are valid as well while they change. */
export interface AgentPairings {
  readonly current: Pairing
  readonly others: readonly Pairing[]
}

/** Calls of which the agent knows with which keys they came; far more than it has in work at a time. */
const REMEMBERED_CALLS = 4096

/**
 * The agent's side. An answer goes back with the keys with which its call came, so that the hub's instance that waits
 * can read it, however often keys were changed in between.
 */
export function agentChannel(keys: () => AgentPairings): AgentChannel {
  const cameWith = new Map<string, Pairing>()
  const all = () => [keys().current, ...keys().others]
  return {
    get enc() {
      return describeSeal([keys().current])
    },
    seal: (id, frame) => sealFor([cameWith.get(id) ?? keys().current], id, frame),
    open(id, sealed) {
      const { frame, pairing } = openWith(all(), id, sealed)
      const oldest = cameWith.keys().next()
      if (cameWith.size >= REMEMBERED_CALLS && !oldest.done) cameWith.delete(oldest.value)
      cameWith.set(id, pairing)
      return frame
    },
    isForOthers: (sealed) => isForOthers(all(), sealed),
  }
}

/** A channel between one key of the hub's and one of an agent's. @throws Error when the other side's key is of no use. */
export function openChannel(parts: PairingParts): AgentChannel {
  const pairing = createPairing(parts)
  return agentChannel(() => ({ current: pairing, others: [] }))
}
