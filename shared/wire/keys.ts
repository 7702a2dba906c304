import { z } from 'zod'
import { SealPublicKey } from './pairing.ts'

/**
 * Change of an agent's keys, all of them at once: its Ed25519 key, its X25519 key and the hub's for it. The agent offers
 * new public keys, vouched for with the present key and proven with the new one; stores what the hub answers; and
 * confirms with the new key. Only then the hub uses them. Both requests can be repeated after any loss.
 */
export const KEYS_OFFER_AUDIENCE = 'steg:keys-offer'
export const KEYS_POSSESSION_AUDIENCE = 'steg:keys-possession'
export const KEYS_CONFIRMATION_AUDIENCE = 'steg:keys-confirmation'

/** Age at which an agent changes its keys by itself: 30 days. */
export const KEY_AGE_MS = 30 * 24 * 3_600_000
/** How long the keys before still count: longer than any deadline, any lock of a queue and any event that waits. */
export const KEY_OVERLAP_MS = 2 * 3_600_000

export const KeysOffer = z.object({
  /** JWT signed with the present key: aud `steg:keys-offer`, claims `key` and `seal` = the new public keys. */
  assertion: z.string().min(20).max(4000),
  /** JWT signed with the new key, which travels in the header (`jwk`): aud `steg:keys-possession`, sub = agent id. */
  possession: z.string().min(20).max(4000),
})
export type KeysOffer = z.infer<typeof KeysOffer>

/** The hub's new public X25519 key for this agent. */
export const KeysAccepted = z.object({ sealKey: SealPublicKey })
export type KeysAccepted = z.infer<typeof KeysAccepted>

export const KeysConfirmation = z.object({
  /** JWT signed with the new key: aud `steg:keys-confirmation`. */
  assertion: z.string().min(20).max(4000),
})
export type KeysConfirmation = z.infer<typeof KeysConfirmation>

export const KeysConfirmed = z.object({
  keysSince: z.iso.datetime(),
  /** Until when the keys before still count. */
  oldUntil: z.iso.datetime(),
})
export type KeysConfirmed = z.infer<typeof KeysConfirmed>
