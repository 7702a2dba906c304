import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { Pairing } from '../../shared/wire/pairing.ts'
import { agentQueue, replyQueue, siteQueue } from '../../shared/wire/queues.ts'
import { type HubChannel, hubChannel, MAX_RECEIVERS, type Sender } from '../../shared/wire/seal.ts'
import type { Agents, Known } from './agents.ts'
import type { createKeys } from './keys.ts'
import { tenantOfAgent } from './rows.ts'
import { type CallNeeds, capableOf, isOutdated } from './rules/capabilities.ts'
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
  /** Where its agents answer. */
  readonly replies: string
  readonly channel: HubChannel
  /** The agents that may take them, the one seen last first. */
  readonly agents: readonly string[]
}

export interface Places {
  /**
   * @param to the id of an agent, or of a site
   * @param needs what the agent must be able to do; without, anything goes that every agent can
   * @throws StegError `agent-missing`, `agent-revoked`, `agent-outdated`, `form-unsupported`
   */
  of(to: string, needs?: CallNeeds): Promise<Place>
  /** Something about this agent or site has changed. */
  forget(to: string): void
}

/** Everybody who is at a place; which of them a call is sealed for depends on what it needs. */
interface Location {
  readonly tenantId: string
  readonly queue: string
  readonly members: readonly [Known, ...Known[]]
}

/** What is read of a place, and what has been made of it. */
interface Entry {
  readonly until: number
  readonly location: Promise<Location>
  readonly places: Map<string, Promise<Place>>
}

/** Queue and keys of single agents, and of sites: whose agents share a queue, and of whom each can open what is in it. */
export function createPlaces(parts: {
  readonly agents: Pick<Agents, 'all' | 'find'>
  readonly clock: Clock
  readonly keys: Pick<ReturnType<typeof createKeys>, 'pairing'>
}): Places {
  const { agents } = parts
  const cache = new Map<string, Entry>()

  async function channelTo(tenantId: string, members: readonly Known[]): Promise<HubChannel> {
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

  async function locateAgent(agentId: string): Promise<Location> {
    const tenantId = tenantOfAgent(agentId)
    const row = tenantId === undefined ? undefined : (await agents.find(tenantId, agentId))?.value
    if (tenantId === undefined || row === undefined) throw new StegError('agent-missing', {})
    if (row.revokedAt !== undefined) throw new StegError('agent-revoked', { agent: row.name })
    if (isOutdated(row)) throw new StegError('agent-outdated', { agent: row.name })
    return { tenantId, queue: agentQueue(agentId), members: [{ id: agentId, row }] }
  }

  async function locateSite(siteId: string, tenantId: string, site: string): Promise<Location> {
    const all = (await agents.all(tenantId)).filter(
      ({ row }) => row.site === site && row.revokedAt === undefined,
    )
    const [first, ...others] = all.filter(({ row }) => !isOutdated(row) && row.seal !== undefined)
    if (first === undefined) {
      const [old] = all
      throw old === undefined
        ? new StegError('agent-missing', {})
        : new StegError('agent-outdated', { agent: old.row.name })
    }
    return { tenantId, queue: siteQueue(siteId), members: [first, ...others] }
  }

  async function placeAt(
    { tenantId, queue, members }: Location,
    needs: CallNeeds | undefined,
  ): Promise<Place> {
    const able =
      needs === undefined
        ? members
        : capableOf(
            members.map((member) => ({ ...member.row, member })),
            needs,
          ).map(({ member }) => member)
    if (able.length === 0) {
      throw new StegError('form-unsupported', { agent: members[0].row.name, form: needs?.form ?? '' })
    }
    // Should a site ever have more agents than a message can be sealed for, those that have been silent longest wait.
    const receivers = able
      .toSorted((a, b) => (b.row.lastSeen ?? 0) - (a.row.lastSeen ?? 0))
      .slice(0, MAX_RECEIVERS)
    const channel = await channelTo(tenantId, receivers)
    return { queue, replies: replyQueue(tenantId), channel, agents: receivers.map(({ id }) => id) }
  }

  function locate(to: string): Promise<Location> {
    const site = parseSiteId(to)
    return site === undefined ? locateAgent(to) : locateSite(to, site.tenantId, site.site)
  }

  function entryOf(to: string): Entry {
    const known = cache.get(to)
    if (known !== undefined && parts.clock.now() < known.until) return known
    const oldest = cache.keys().next()
    if (cache.size >= CACHED_PLACES && !oldest.done) cache.delete(oldest.value)
    const entry = { until: parts.clock.now() + FRESH_MS, location: locate(to), places: new Map() }
    cache.set(to, entry)
    return entry
  }

  return {
    async of(to, needs) {
      const entry = entryOf(to)
      const name = needs === undefined ? '' : `${needs.form} ${needs.role ?? ''}`
      const place = entry.places.get(name) ?? entry.location.then((location) => placeAt(location, needs))
      entry.places.set(name, place)
      try {
        return await place
      } catch (error) {
        if (cache.get(to) === entry) cache.delete(to)
        throw error
      }
    },
    forget: (to) => cache.delete(to),
  }
}
