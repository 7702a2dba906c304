import { type Clock, toIso } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type {
  EnrolmentRequest,
  EnrolmentResponse,
  SessionResponse,
  TargetMap,
} from '../../shared/wire/enrolment.ts'
import { agentQueue, siteQueue } from '../../shared/wire/queues.ts'
import type { Bus, BusGrants } from '../platform/bus/port.ts'
import type { Store } from '../platform/store/port.ts'
import type { AccessTokens } from './access-tokens.ts'
import { createAgents } from './agents.ts'
import { createEnrolment } from './enrolment.ts'
import { createEvents, type TakenEvent } from './events.ts'
import { createKeys, type KeysParts } from './keys.ts'
import { createPlaces, type Place } from './places.ts'
import { SITE_QUEUE } from './queues.ts'
import { createKeyRotation, type KeyRotation } from './rotation.ts'
import { type AgentRow, tenantOfAgent } from './rows.ts'
import { chooseAgents } from './rules/choose.ts'
import { siteId } from './rules/site.ts'
import { type AgentStatus, disconnectedSince, statusOf } from './rules/status.ts'
import { createSessions } from './sessions.ts'

export interface AgentView {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly version: string
  readonly category: 'sage' | 'none'
  /** The site whose calls it shares with other agents. */
  readonly site: string | null
  readonly status: AgentStatus
  readonly lastSeen: number | null
  readonly disconnectedSince: number | null
  readonly createdAt: number
  /** Since when it has its present keys. */
  readonly keysSince: number
}

/** Who makes the calls of a job. */
export interface Chosen {
  /** Where they go: the id of an agent, or of a site. */
  readonly to: string
  /** The agents that are connected and may take them, best first. */
  readonly agents: readonly [AgentView, ...AgentView[]]
}

export interface ConnectorsService {
  readonly accessTokens: AccessTokens
  /**
   * Enrols an agent for its tenant (A2, A3).
   * @throws StegError `proof-invalid`, `access-token-invalid`, `agent-revoked`, `agent-outdated`
   */
  enrol(request: EnrolmentRequest): Promise<EnrolmentResponse>
  /** Rights to the agent's own queues for an hour. @throws StegError `proof-invalid`, `agent-revoked`, `agent-outdated` */
  openSession(assertion: string): Promise<SessionResponse>
  list(tenantId: string): Promise<readonly AgentView[]>
  /** @throws StegError `not-found` */
  get(tenantId: string, agentId: string): Promise<AgentView>
  /**
   * Takes away the agent's queue and its key from those that calls of its site are sealed for, so that it reads nothing
   * more even with a token in hand. @throws StegError `not-found`
   */
  revoke(tenantId: string, agentId: string): Promise<void>
  /**
   * The site, or the one agent wanted, for Sage calls, when it is there.
   * @throws StegError `agent-missing`, `agent-offline`, `agent-revoked`
   */
  choose(tenantId: string, wanted: string | undefined): Promise<Chosen>
  /**
   * Queue of an agent or a site, and how calls for it are sealed.
   * @throws StegError `agent-missing`, `agent-revoked`, `agent-outdated`
   */
  placeOf(to: string): Promise<Place>
  /** Queues from which the agent gets calls: its own, and its site's. @throws StegError `not-found` */
  queuesOf(agentId: string): Promise<readonly string[]>
  /** Change of an agent's keys. */
  readonly keys: KeyRotation
  /**
   * Takes in what an agent reported. Unknown senders and forged reports are refused.
   * @returns the report with the agent's tenant; undefined when it counts no longer. @throws StegError
   */
  receiveEvent(agentId: string, jws: string, arrivedAt: number): Promise<TakenEvent | undefined>
}

export interface ConnectorsParts extends KeysParts {
  readonly store: Store
  readonly bus: Pick<Bus, 'ensureQueue' | 'deleteQueue' | 'send'>
  readonly grants: BusGrants
  readonly clock: Clock
  readonly accessTokens: AccessTokens
  readonly tenantName: (tenantId: string) => Promise<string>
  readonly targetsOf: (tenantId: string) => Promise<TargetMap>
}

export function createConnectorsService(parts: ConnectorsParts): ConnectorsService {
  const agents = createAgents(parts.store)
  const { clock } = parts
  const keys = createKeys(parts)
  const places = createPlaces({ ...parts, keys })

  const view = (id: string, row: AgentRow): AgentView => ({
    id,
    name: row.name,
    host: row.host,
    version: row.version,
    category: row.category,
    site: row.site ?? null,
    status: statusOf(row, clock.now()),
    lastSeen: row.lastSeen ?? null,
    disconnectedSince: disconnectedSince(row, clock.now()) ?? null,
    createdAt: row.createdAt,
    keysSince: row.keysSince ?? row.createdAt,
  })

  async function others(tenantId: string, agentId: string, site: string): Promise<boolean> {
    const found = await agents.all(tenantId)
    return found.some(({ id, row }) => id !== agentId && row.site === site && row.revokedAt === undefined)
  }

  return {
    accessTokens: parts.accessTokens,

    enrol: createEnrolment({ ...parts, agents, keys }),

    openSession: createSessions({ ...parts, agents }),

    async list(tenantId) {
      const found = await agents.all(tenantId)
      return found.map(({ id, row }) => view(id, row)).sort((a, b) => a.createdAt - b.createdAt)
    },

    async get(tenantId, agentId) {
      return view(agentId, (await agents.existing(tenantId, agentId)).value)
    },

    async revoke(tenantId, agentId) {
      let site: string | undefined
      for (;;) {
        const row = await agents.existing(tenantId, agentId)
        site = row.value.site
        if (row.value.revokedAt !== undefined) break
        const revoked = { ...row.value, revokedAt: clock.now() }
        // A heartbeat may write at the same moment; the revocation counts all the same.
        if (await agents.wasWritten(tenantId, agentId, revoked, { kind: 'match', etag: row.etag })) break
      }
      places.forget(agentId)
      await parts.bus.deleteQueue(agentQueue(agentId))
      if (site === undefined) return
      const shared = siteId(tenantId, site)
      places.forget(shared)
      if (await others(tenantId, agentId, site)) return
      await parts.bus.deleteQueue(siteQueue(shared))
      // Another agent may have enrolled for the site at this very moment.
      if (await others(tenantId, agentId, site)) await parts.bus.ensureQueue(siteQueue(shared), SITE_QUEUE)
    },

    async choose(tenantId, wanted) {
      const candidates = (await agents.all(tenantId)).map(({ id, row }) => ({ id, ...row }))
      const choice = chooseAgents(candidates, wanted, clock.now())
      switch (choice.kind) {
        case 'missing':
          throw new StegError('agent-missing', {})
        case 'revoked':
          throw new StegError('agent-revoked', { agent: choice.agent.name })
        case 'offline':
          throw agentOffline(choice.agent.name, choice.agent.lastSeen ?? null)
        case 'use': {
          const [best, ...rest] = choice.agents
          const to = choice.site === undefined ? best.id : siteId(tenantId, choice.site)
          const seen = ({ id, ...row }: (typeof candidates)[number]) => view(id, row)
          return { to, agents: [seen(best), ...rest.map(seen)] }
        }
      }
    },

    placeOf: places.of,

    async queuesOf(agentId) {
      const tenantId = tenantOfAgent(agentId)
      if (tenantId === undefined) throw new StegError('not-found', { what: 'agent' })
      const { site } = (await agents.existing(tenantId, agentId)).value
      const own = agentQueue(agentId)
      return site === undefined ? [own] : [own, siteQueue(siteId(tenantId, site))]
    },

    keys: createKeyRotation({
      agents,
      clock,
      keys,
      onChanged(tenantId, agentId, { site }) {
        places.forget(agentId)
        if (site !== undefined) places.forget(siteId(tenantId, site))
      },
    }),

    receiveEvent: createEvents({ ...parts, agents }),
  }
}

export function agentOffline(name: string, lastSeen: number | null): StegError {
  return new StegError('agent-offline', { agent: name, lastSeen: lastSeen === null ? '–' : toIso(lastSeen) })
}
