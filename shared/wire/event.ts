import { z } from 'zod'
import { WIRE_VERSION } from './capabilities.ts'

/**
 * What an agent reports by itself and what has to come in order: the session is the agent's id, or the agent's and the
 * line's. The frame (head, then the payload as JSON) is sealed as replies are, so that nobody reads it and nobody else
 * can have made it. Before it stand agent and id in clear, which say with whose keys it is to be opened.
 */
export const EventHead = z.object({
  v: z.literal(WIRE_VERSION),
  id: z.string().min(1).max(64),
  /** Decides who takes it in, by a table of the hub's. */
  kind: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  /** By the hub's clock as the agent knows it, milliseconds since the epoch. */
  at: z.int(),
})
export type EventHead = z.infer<typeof EventHead>

export interface EventMessage {
  readonly agentId: string
  readonly id: string
  readonly sealed: Uint8Array
}

/**
 * An event as text: version, agent, id, and the sealed frame in base64url, with dots between. Text, because functions get
 * bytes only as text; never JSON, because members of a JSON body can take the place of what the broker says about it.
 */
export function writeEvent({ agentId, id, sealed }: EventMessage): string {
  return ['e2', agentId, id, Buffer.from(sealed).toString('base64url')].join('.')
}

/** `undefined` for anything that is not of this form; nothing of it is proven yet. */
export function readEvent(text: string): EventMessage | undefined {
  const [, agentId, id, sealed] = /^e2\.([\w-]{1,64})\.([\w-]{1,64})\.([\w-]+)$/.exec(text) ?? []
  if (agentId === undefined || id === undefined || sealed === undefined) return undefined
  return { agentId, id, sealed: Buffer.from(sealed, 'base64url') }
}
