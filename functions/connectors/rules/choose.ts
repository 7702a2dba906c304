import { DEFAULT_SITE } from './site.ts'
import { type AgentStatus, type Presence, statusOf } from './status.ts'

export interface Candidate extends Presence {
  readonly id: string
  readonly name: string
  readonly category: 'sage' | 'none'
  readonly site?: string | undefined
}

export type Choice<C extends Candidate> =
  /** The agents that are connected and may take the calls, best first; `site` when they share its queue. */
  | { readonly kind: 'use'; readonly agents: readonly [C, ...C[]]; readonly site: string | undefined }
  | { readonly kind: 'offline'; readonly agent: C }
  | { readonly kind: 'revoked'; readonly agent: C }
  | { readonly kind: 'missing' }

const preference: Record<AgentStatus, number> = { connected: 0, disconnected: 1, never: 2, revoked: 3 }

/**
 * Who makes Sage calls: the one agent that the job names, else the best site: one with a connected agent before others,
 * the tenant's own default before those with a name, then the one whose agent was seen last. A site is usable when one
 * of its agents is connected.
 */
export function chooseAgents<C extends Candidate>(
  agents: readonly C[],
  wanted: string | undefined,
  now: number,
): Choice<C> {
  const ranked = agents
    .filter((agent) => (wanted === undefined ? agent.category === 'sage' : agent.id === wanted))
    .map((agent) => ({ agent, status: statusOf(agent, now) }))
    .sort(
      (a, b) =>
        preference[a.status] - preference[b.status] ||
        Number(b.agent.site === DEFAULT_SITE) - Number(a.agent.site === DEFAULT_SITE) ||
        (b.agent.lastSeen ?? 0) - (a.agent.lastSeen ?? 0),
    )
  const best = ranked[0]
  if (best === undefined) return { kind: 'missing' }
  if (best.status !== 'connected') {
    return { kind: best.status === 'revoked' ? 'revoked' : 'offline', agent: best.agent }
  }
  const { site } = best.agent
  if (wanted !== undefined || site === undefined) {
    return { kind: 'use', agents: [best.agent], site: undefined }
  }
  const others = ranked
    .slice(1)
    .filter(({ agent, status }) => status === 'connected' && agent.site === site)
    .map(({ agent }) => agent)
  return { kind: 'use', agents: [best.agent, ...others], site }
}
