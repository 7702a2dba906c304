import { type Capable, hasRole, isOutdated } from './capabilities.ts'
import { DEFAULT_SITE } from './site.ts'
import { type AgentStatus, type Presence, statusOf } from './status.ts'

export interface Candidate extends Presence, Capable {
  readonly id: string
  readonly name: string
  readonly site?: string | undefined
}

export type Choice<C extends Candidate> =
  /** The agents that are connected and may take the calls, best first; `site` when they share its queue. */
  | { readonly kind: 'use'; readonly agents: readonly [C, ...C[]]; readonly site: string | undefined }
  | { readonly kind: 'offline'; readonly agent: C }
  | { readonly kind: 'revoked'; readonly agent: C }
  /** It must be updated before anybody can speak to it. */
  | { readonly kind: 'outdated'; readonly agent: C }
  | { readonly kind: 'missing' }

type Standing = AgentStatus | 'outdated'

const preference: Record<Standing, number> = {
  connected: 0,
  disconnected: 1,
  never: 2,
  outdated: 3,
  revoked: 4,
}

/**
 * Who makes calls to the target of a role: the one agent that the job names, whatever its roles, else the best site of
 * agents with this role: one with a connected agent before others, the tenant's own default before those with a name,
 * then the one whose agent was seen last. A site is usable when one of its agents is connected. Agents that must be
 * updated come last.
 */
export function chooseAgents<C extends Candidate>(
  agents: readonly C[],
  role: string,
  wanted: string | undefined,
  now: number,
): Choice<C> {
  const ranked = agents
    .filter((agent) => (wanted === undefined ? hasRole(agent, role) : agent.id === wanted))
    .map((agent) => ({ agent, status: standingOf(agent, now) }))
    .sort(
      (a, b) =>
        preference[a.status] - preference[b.status] ||
        Number(b.agent.site === DEFAULT_SITE) - Number(a.agent.site === DEFAULT_SITE) ||
        (b.agent.lastSeen ?? 0) - (a.agent.lastSeen ?? 0),
    )
  const best = ranked[0]
  if (best === undefined) return { kind: 'missing' }
  if (best.status === 'revoked' || best.status === 'outdated') return { kind: best.status, agent: best.agent }
  if (best.status !== 'connected') return { kind: 'offline', agent: best.agent }
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

/** One that is revoked is not worth an update. */
function standingOf(agent: Candidate, now: number): Standing {
  const status = statusOf(agent, now)
  return status !== 'revoked' && isOutdated(agent) ? 'outdated' : status
}
