import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { Pairing } from '../../shared/wire/pairing.ts'
import { agentQueue, siteQueue } from '../../shared/wire/queues.ts'
import { type HubChannel, hubChannel, MAX_RECEIVERS, type Sender } from '../../shared/wire/seal.ts'
import type { Store } from '../platform/store/port.ts'
import type { createKeys } from './keys.ts'
import { type AgentRow, agentsTable, tenantOfAgent } from './rows.ts'
import { alsoValid } from './rules/key-validity.ts'
import { parseSiteId } from './rules/site.ts'

/**
 * How long what was read of an agent's or a site's keys is used. Agents accept old keys far longer than this; an agent
 * that joins a site hands back what was sealed before it was known.
 */
const FRESH_MS = 15_000
const CACHED_PLACES = 500

/** Where calls are sent, and how they are sealed. */
export interface Place {
  readonly queue: string
  readonly channel: HubChannel
  /** The agents that may take them, the one seen last first. */
  readonly agents: readonly string[]
}

export interface Places {
  /** @param to the id of an agent, or of a site @throws StegError `agent-missing`, `agent-revoked`, `agent-outdated` */
  of(to: string): Promise<Place>
  /** Something about this agent or site has changed. */
  forget(to: string): void
}

type Member = { readonly id: string; readonly row: AgentRow }

/** Queue and keys of single agents, and of sites: whose agents share a queue, and of whom each can open what is in it. */
export function createPlaces(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly keys: Pick<ReturnType<typeof createKeys>, 'pairing'>
}): Places {
  const agents = agentsTable.bind(parts.store)
  const cache = new Map<string, { readonly until: number; readonly place: Promise<Place> }>()

  async function channelTo(tenantId: string, members: readonly Member[]): Promise<HubChannel> {
    const receivers: Pairing[] = []
    const senders: Sender[] = []
    for (const { id, row } of members) {
      if (row.seal === undefined) throw new StegError('agent-outdated', { agent: row.name })
      const current = await parts.keys.pairing(tenantId, id, row.seal)
      receivers.push(current)
      senders.push({ agentId: id, pairing: current })
      for (const keys of alsoValid(row, parts.clock.now())) {
        senders.push({ agentId: id, pairing: await parts.keys.pairing(tenantId, id, keys) })
      }
    }
    return hubChannel(receivers, senders)
  }

  async function agentPlace(agentId: string): Promise<Place> {
    const tenantId = tenantOfAgent(agentId)
    const row = tenantId === undefined ? undefined : await agents.get(tenantId, agentId)
    if (tenantId === undefined || row === undefined) throw new StegError('agent-missing', {})
    if (row.value.revokedAt !== undefined) throw new StegError('agent-revoked', { agent: row.value.name })
    const channel = await channelTo(tenantId, [{ id: agentId, row: row.value }])
    return { queue: agentQueue(agentId), channel, agents: [agentId] }
  }

  async function sitePlace(siteId: string, tenantId: string, site: string): Promise<Place> {
    const members: Member[] = []
    for await (const { key, value } of agents.all(tenantId)) {
      const serves = value.site === site && value.revokedAt === undefined && value.seal !== undefined
      if (serves) members.push({ id: key, row: value })
    }
    if (members.length === 0) throw new StegError('agent-missing', {})
    // Should a site ever have more agents than a message can be sealed for, those that have been silent longest wait.
    members.sort((a, b) => (b.row.lastSeen ?? 0) - (a.row.lastSeen ?? 0))
    const receivers = members.slice(0, MAX_RECEIVERS)
    const channel = await channelTo(tenantId, receivers)
    return { queue: siteQueue(siteId), channel, agents: receivers.map(({ id }) => id) }
  }

  async function read(to: string): Promise<Place> {
    const site = parseSiteId(to)
    return site === undefined ? agentPlace(to) : sitePlace(to, site.tenantId, site.site)
  }

  return {
    async of(to) {
      const known = cache.get(to)
      if (known !== undefined && parts.clock.now() < known.until) return known.place
      const oldest = cache.keys().next()
      if (cache.size >= CACHED_PLACES && !oldest.done) cache.delete(oldest.value)
      const entry = { until: parts.clock.now() + FRESH_MS, place: read(to) }
      cache.set(to, entry)
      try {
        return await entry.place
      } catch (error) {
        if (cache.get(to) === entry) cache.delete(to)
        throw error
      }
    },
    forget: (to) => cache.delete(to),
  }
}
