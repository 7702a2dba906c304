import { type Clock, toIso } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type {
  EnrolmentRequest,
  EnrolmentResponse,
  SessionResponse,
  TargetMap,
} from '../../shared/wire/enrolment.ts'
import { agentQueue, siteQueue } from '../../shared/wire/queues.ts'
import { rolesOf } from '../../shared/wire/rules/roles.ts'
import type { Bus, BusGrants } from '../platform/bus/port.ts'
import type { Store } from '../platform/store/port.ts'
import type { AccessTokens } from './access-tokens.ts'
import { createAgents } from './agents.ts'
import { createEnrolment } from './enrolment.ts'
import { createEvents, type EventRoutes } from './events.ts'
import { createHeartbeats } from './heartbeats.ts'
import { createKeys, type KeysParts } from './keys.ts'
import { createPlaces, type Place } from './places.ts'
import { createQueues } from './queues.ts'
import { createRefusals } from './refusals.ts'
import { createKeyRotation, type KeyRotation } from './rotation.ts'
import { type AgentRow, tenantOfAgent } from './rows.ts'
import { type CallNeeds, isOutdated } from './rules/capabilities.ts'
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
  /** Targets that the tenant may point somewhere for it. */
  readonly roles: readonly string[]
  /** It speaks an older version of the wire and does nothing until it is updated. */
  readonly outdated: boolean
  /** The site whose calls it shares with other agents. */
  readonly site: string | null
  readonly status: AgentStatus
  readonly lastSeen: number | null
  readonly disconnectedSince: number | null
  readonly createdAt: number
  /** Since when it has its present keys. */
  readonly keysSince: number
}

export type { AgentEvent, EventRoutes } from './events.ts'

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
   * The site, or the one agent wanted, for calls to the target of a role, when it is there.
   * @throws StegError `agent-missing`, `agent-offline`, `agent-revoked`, `agent-outdated`
   */
  choose(tenantId: string, role: string, wanted: string | undefined): Promise<Chosen>
  /**
   * Queue of an agent or a site, and how calls for it are sealed.
   * @throws StegError `agent-missing`, `agent-revoked`, `agent-outdated`, `form-unsupported`
   */
  placeOf(to: string, needs?: CallNeeds): Promise<Place>
  /** Queues from which the agent gets calls: its own, and its site's. @throws StegError `not-found` */
  queuesOf(agentId: string): Promise<readonly string[]>
  /** Change of an agent's keys. */
  readonly keys: KeyRotation
  /** Takes in what lies in a queue of heartbeats. What it holds is never tried again. */
  receiveHeartbeats(messages: readonly (string | undefined)[]): Promise<void>
  /** Takes in, in order, what agents report. Never fails for what is not proven. @throws what a route throws */
  receiveEvents(messages: readonly (string | undefined)[]): Promise<void>
  /** Reports dropped since the start, because they were not proven or could not be read. */
  refusedReports(): number
}

export interface ConnectorsParts extends KeysParts {
  readonly store: Store
  readonly bus: Pick<Bus, 'ensureQueue' | 'deleteQueue' | 'send'>
  readonly grants: BusGrants
  readonly clock: Clock
  readonly accessTokens: AccessTokens
  readonly tenantName: (tenantId: string) => Promise<string>
  readonly targetsOf: (tenantId: string) => Promise<TargetMap>
  /** Of which the keys for heartbeats are derived; the first one is in use, the others still count. */
  readonly heartbeatKeys: readonly [Uint8Array, ...Uint8Array[]]
  /** Asked with each event, because who takes them in may need these services first. */
  readonly eventRoutes: () => EventRoutes
  readonly log: Pick<Logger, 'warn'>
}

export function createConnectorsService(parts: ConnectorsParts): ConnectorsService {
  const agents = createAgents(parts.store)
  const { clock } = parts
  const keys = createKeys(parts)
  const queues = createQueues(parts.bus)
  const places = createPlaces({ agents, clock, keys })
  const refusals = createRefusals(clock, parts.log)

  const view = (id: string, row: AgentRow): AgentView => ({
    id,
    name: row.name,
    host: row.host,
    version: row.version,
    category: row.category,
    roles: rolesOf(row),
    outdated: isOutdated(row),
    site: row.site ?? null,
    status: statusOf(row, clock.now()),
    lastSeen: row.lastSeen ?? null,
    disconnectedSince: disconnectedSince(row, clock.now()) ?? null,
    createdAt: row.createdAt,
    keysSince: row.keysSince ?? row.createdAt,
  })

  /** The other agents of a tenant that are not revoked. */
  async function others(tenantId: string, agentId: string): Promise<readonly AgentRow[]> {
    const found = await agents.all(tenantId)
    return found.filter(({ id, row }) => id !== agentId && row.revokedAt === undefined).map(({ row }) => row)
  }

  /** Queues go with the last agent that uses them. */
  async function removeQueues(tenantId: string, agentId: string, site: string | undefined): Promise<void> {
    await queues.removeAgent(agentId)
    const staying = await others(tenantId, agentId)
    const serves = (row: AgentRow) => row.site === site
    if (site !== undefined && !staying.some(serves)) await queues.removeSite(tenantId, site)
    if (staying.length === 0) await queues.removeReplies(tenantId)
    // Another agent may have enrolled at this very moment.
    const come = await others(tenantId, agentId)
    if (site !== undefined && come.some(serves)) await queues.makeSite(tenantId, site)
    if (come.length > 0) await queues.makeReplies(tenantId)
  }

  function onChanged(tenantId: string, agentId: string, { site }: AgentRow): void {
    places.forget(agentId)
    if (site !== undefined) places.forget(siteId(tenantId, site))
  }

  return {
    accessTokens: parts.accessTokens,

    enrol: createEnrolment({ ...parts, agents, keys, queues }),

    openSession: createSessions({ ...parts, agents, queues, onChanged }),

    async list(tenantId) {
      const found = await agents.all(tenantId)
      return found.map(({ id, row }) => view(id, row)).sort((a, b) => a.createdAt - b.createdAt)
    },

    async get(tenantId, agentId) {
      return view(agentId, await agents.known(tenantId, agentId))
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
      if (site !== undefined) places.forget(siteId(tenantId, site))
      await removeQueues(tenantId, agentId, site)
    },

    async choose(tenantId, role, wanted) {
      const candidates = (await agents.all(tenantId)).map(({ id, row }) => ({ id, ...row }))
      const choice = chooseAgents(candidates, role, wanted, clock.now())
      switch (choice.kind) {
        case 'missing':
          throw new StegError('agent-missing', {})
        case 'revoked':
          throw new StegError('agent-revoked', { agent: choice.agent.name })
        case 'outdated':
          throw new StegError('agent-outdated', { agent: choice.agent.name })
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
      onChanged,
    }),

    receiveHeartbeats: createHeartbeats({ ...parts, agents, refusals }),

    receiveEvents: createEvents({ places, routes: parts.eventRoutes, refusals }),

    refusedReports: refusals.total,
  }
}

export function agentOffline(name: string, lastSeen: number | null): StegError {
  return new StegError('agent-offline', { agent: name, lastSeen: lastSeen === null ? '–' : toIso(lastSeen) })
}
