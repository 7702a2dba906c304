import type { Sender } from 'rhea'
import type { Clock } from '../../../../shared/clock.ts'
import type { Logger } from '../../../../shared/log.ts'
import type { Grants } from '../access/grants.ts'
import type { SessionLock } from '../queue/entry.ts'
import type { Lane } from '../runtime/lane.ts'
import type { Namespace } from '../runtime/namespace.ts'
import type { Refusal } from '../runtime/refusal.ts'
import type { Policy, Right } from '../settings.ts'
import type { Quota } from './quota.ts'

/** What a connection needs of the broker. */
export interface BrokerServices {
  readonly namespace: Namespace
  readonly policies: readonly Policy[]
  readonly clock: Clock
  readonly log: Logger
}

/** A link that a token pays for: it ends when the token does. */
export interface PaidLink {
  readonly path: string
  readonly rights: readonly Right[]
  /** Ends the link from the broker's side. */
  end(reason: Refusal): void
  /** The link is gone; `failed` when the connection broke rather than the client having closed it. */
  gone(failed: boolean): void
}

/** One client's connection. */
export interface Peer extends BrokerServices {
  readonly grants: Grants
  readonly links: Set<PaidLink>
  /** Where answers go: the links that the client receives on, by their name and by their address. */
  readonly replies: Map<string, Sender>
  /** The sessions held through this connection, by link name. */
  readonly sessions: Map<string, { readonly lane: Lane; readonly lock: SessionLock }>
  /** What may still be sent over this connection, by queue. */
  readonly quotas: Map<string, Quota>
  /** A token was added: look again at what expires when. */
  watchTokens(): void
}

export const allowed = (peer: Peer, path: string, rights: readonly Right[]) =>
  peer.grants.allows(path, rights, peer.clock.now())
