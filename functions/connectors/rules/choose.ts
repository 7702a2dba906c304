import { type AgentStatus, type Presence, statusOf } from './status.ts'

export interface Candidate extends Presence {
  readonly id: string
  readonly name: string
  readonly category: 'sage' | 'none'
}

export type Choice<C extends Candidate> =
  | { readonly kind: 'use'; readonly agent: C }
  | { readonly kind: 'offline'; readonly agent: C }
  | { readonly kind: 'revoked'; readonly agent: C }
  | { readonly kind: 'missing' }

const preference: Record<AgentStatus, number> = { connected: 0, disconnected: 1, never: 2, revoked: 3 }

/**
 * The agent for Sage calls: the one the job names, else the best of those enrolled for Sage jobs: connected before
 * disconnected, then the one seen last.
 */
export function chooseAgent<C extends Candidate>(
  agents: readonly C[],
  wanted: string | undefined,
  now: number,
): Choice<C> {
  const ranked = agents
    .filter((agent) => (wanted === undefined ? agent.category === 'sage' : agent.id === wanted))
    .map((agent) => ({ agent, status: statusOf(agent, now) }))
    .sort(
      (a, b) =>
        preference[a.status] - preference[b.status] || (b.agent.lastSeen ?? 0) - (a.agent.lastSeen ?? 0),
    )
  const best = ranked[0]
  if (best === undefined) return { kind: 'missing' }
  if (best.status === 'connected') return { kind: 'use', agent: best.agent }
  return { kind: best.status === 'revoked' ? 'revoked' : 'offline', agent: best.agent }
}
