import { type Clock, toIso } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import {
  type EnrolmentRequest,
  type EnrolmentResponse,
  SESSION_AUDIENCE,
  type SessionResponse,
  type TargetMap,
} from '../../shared/wire/enrolment.ts'
import { type AgentEvent, ECHO, ECHO_SECONDS } from '../../shared/wire/event.ts'
import { agentQueue, EVENTS_QUEUE, REPLIES_QUEUE, siteQueue } from '../../shared/wire/queues.ts'
import type { Bus, BusGrants, QueueOptions } from '../platform/bus/port.ts'
import type { Condition, Store } from '../platform/store/port.ts'
import type { AccessTokens } from './access-tokens.ts'
import { createKeys, type KeysParts } from './keys.ts'
import { createPlaces, type Place } from './places.ts'
import { claimedIssuer, verifyAssertion, verifyEnrolmentProof, verifyEvent, withAnyKey } from './proof.ts'
import { createKeyRotation, type KeyRotation } from './rotation.ts'
import { type AgentRow, agentsTable, tenantOfAgent } from './rows.ts'
import { chooseAgents } from './rules/choose.ts'
import { signingKeys } from './rules/key-validity.ts'
import { DEFAULT_SITE, siteId } from './rules/site.ts'
import { type AgentStatus, disconnectedSince, statusOf } from './rules/status.ts'

/** How long an agent may use its queues before it has to ask again; the relay's limit is one hour. */
const GRANT_MS = 3_600_000

const AGENT_QUEUE: QueueOptions = { lockSeconds: 60, maxDeliveryCount: 10 }
/**
 * The lock is short, because what a killed agent had in hand must come to another one while its caller still waits. The
 * hub may send a call twice when it did not hear whether the first arrived: two agents must not get one each. An agent
 * that has just joined hands back what was sealed before it was known, and such deliveries count, too.
 */
const SITE_QUEUE: QueueOptions = { lockSeconds: 30, maxDeliveryCount: 50, duplicateDetectionSeconds: 600 }

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
  receiveEvent(
    agentId: string,
    jws: string,
    arrivedAt: number,
  ): Promise<{ readonly tenantId: string; readonly event: AgentEvent } | undefined>
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
  const agents = agentsTable.bind(parts.store)
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

  async function all(tenantId: string) {
    const found: { id: string; row: AgentRow }[] = []
    for await (const { key, value } of agents.all(tenantId)) found.push({ id: key, row: value })
    return found
  }

  async function existing(tenantId: string, agentId: string) {
    const row = await agents.get(tenantId, agentId)
    if (row === undefined) throw new StegError('not-found', { what: 'agent' })
    return row
  }

  async function enrolledAgent(agentId: string) {
    const tenantId = tenantOfAgent(agentId)
    const row = tenantId === undefined ? undefined : await agents.get(tenantId, agentId)
    if (tenantId === undefined || row === undefined) {
      throw new StegError('proof-invalid', { reason: 'the agent is unknown' })
    }
    return { tenantId, row }
  }

  async function others(tenantId: string, agentId: string, site: string): Promise<boolean> {
    const found = await all(tenantId)
    return found.some(({ id, row }) => id !== agentId && row.site === site && row.revokedAt === undefined)
  }

  /** An agent that was enrolled before there were sites joins its tenant's one, once it can. */
  async function joinSite(tenantId: string, agentId: string, row: AgentRow, etag: string): Promise<AgentRow> {
    const joined = { ...row, site: DEFAULT_SITE }
    await parts.bus.ensureQueue(siteQueue(siteId(tenantId, DEFAULT_SITE)), SITE_QUEUE)
    const written = await wasWritten(tenantId, agentId, joined, { kind: 'match', etag })
    // A heartbeat came in between: the next session brings it in.
    return written ? joined : row
  }

  return {
    accessTokens: parts.accessTokens,

    async enrol(request) {
      const key = await verifyEnrolmentProof(request.proof, request.token, clock)
      const redeemed = await parts.accessTokens.redeem(request.token, key.thumbprint)
      const { tenantId, agentId } = redeemed
      const stored = await agents.get(tenantId, agentId)
      if (stored?.value.revokedAt !== undefined) {
        throw new StegError('agent-revoked', { agent: stored.value.name })
      }
      const serves = key.sites && request.category === 'sage'
      const site = serves ? (redeemed.site ?? DEFAULT_SITE) : undefined
      await parts.bus.ensureQueue(agentQueue(agentId), AGENT_QUEUE)
      if (site !== undefined) await parts.bus.ensureQueue(siteQueue(siteId(tenantId, site)), SITE_QUEUE)
      const row: AgentRow = {
        name: request.name,
        host: request.host,
        version: request.version,
        category: request.category,
        ...(site === undefined ? {} : { site }),
        publicKey: key.publicKey,
        seal: await keys.make(tenantId, agentId, key.sealKey),
        createdAt: clock.now(),
      }
      if (stored === undefined) await agents.put(tenantId, agentId, row, { kind: 'absent' })
      const { seal } = stored?.value ?? row
      if (seal === undefined) throw new StegError('agent-outdated', { agent: request.name })
      if (seal.agent !== key.sealKey)
        throw new StegError('proof-invalid', {
          reason: 'the agent has enrolled with another key for sealing',
        })
      const [name, targets] = await Promise.all([parts.tenantName(tenantId), parts.targetsOf(tenantId)])
      return {
        agentId,
        name: request.name,
        tenant: { id: tenantId, name },
        targets: request.category === 'sage' ? targets : {},
        sealKey: seal.hub,
      }
    },

    async openSession(assertion) {
      const agentId = claimedIssuer(assertion)
      const { tenantId, row } = await enrolledAgent(agentId)
      const claims = await withAnyKey(signingKeys(row.value, clock.now()), (key) =>
        verifyAssertion(assertion, agentId, key, SESSION_AUDIENCE, clock),
      )
      if (row.value.revokedAt !== undefined) throw new StegError('agent-revoked', { agent: row.value.name })
      if (row.value.seal === undefined) throw new StegError('agent-outdated', { agent: row.value.name })
      const joins = claims.sites === true && row.value.category === 'sage' && row.value.site === undefined
      const { site } = joins ? await joinSite(tenantId, agentId, row.value, row.etag) : row.value
      const now = clock.now()
      const expiresAt = now + GRANT_MS
      const grant = (queue: string, right: 'listen' | 'send') => ({
        queue,
        sas: parts.grants.grant(queue, right, expiresAt),
      })
      return {
        agentId,
        broker: parts.grants.broker,
        requests: grant(agentQueue(agentId), 'listen'),
        ...(site === undefined ? {} : { site: grant(siteQueue(siteId(tenantId, site)), 'listen') }),
        replies: grant(REPLIES_QUEUE, 'send'),
        events: grant(EVENTS_QUEUE, 'send'),
        ...(row.value.rotationAskedAt === undefined ? {} : { rotateKeys: true as const }),
        expiresAt: toIso(expiresAt),
        echoes: true,
        serverTime: toIso(now),
      }
    },

    async list(tenantId) {
      const found = await all(tenantId)
      return found.map(({ id, row }) => view(id, row)).sort((a, b) => a.createdAt - b.createdAt)
    },

    async get(tenantId, agentId) {
      return view(agentId, (await existing(tenantId, agentId)).value)
    },

    async revoke(tenantId, agentId) {
      let site: string | undefined
      for (;;) {
        const row = await existing(tenantId, agentId)
        site = row.value.site
        if (row.value.revokedAt !== undefined) break
        const revoked = { ...row.value, revokedAt: clock.now() }
        // A heartbeat may write at the same moment; the revocation counts all the same.
        if (await wasWritten(tenantId, agentId, revoked, { kind: 'match', etag: row.etag })) break
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
      const candidates = (await all(tenantId)).map(({ id, row }) => ({ id, ...row }))
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
      const { site } = (await existing(tenantId, agentId)).value
      const own = agentQueue(agentId)
      return site === undefined ? [own] : [own, siteQueue(siteId(tenantId, site))]
    },

    keys: createKeyRotation({
      store: parts.store,
      clock,
      keys,
      onChanged(tenantId, agentId, { site }) {
        places.forget(agentId)
        if (site !== undefined) places.forget(siteId(tenantId, site))
      },
    }),

    async receiveEvent(agentId, jws, arrivedAt) {
      const { tenantId } = await enrolledAgent(agentId)
      for (;;) {
        const row = await existing(tenantId, agentId)
        if (row.value.revokedAt !== undefined) return undefined
        const event = await withAnyKey(signingKeys(row.value, clock.now()), (key) =>
          verifyEvent(jws, agentId, key),
        )
        // A report that comes late or twice must not bring back an older state.
        if (row.value.lastSeen !== undefined && arrivedAt < row.value.lastSeen) return undefined
        const { leftAt: _, olderKeys, ...rest } = row.value
        // Former keys are deleted with the first report after their time.
        const valid = olderKeys !== undefined && clock.now() < olderKeys.until
        const kept = valid ? { ...rest, olderKeys } : rest
        const seen = { ...kept, lastSeen: arrivedAt, host: event.host, version: event.version }
        const next = event.kind === 'leaving' ? { ...seen, leftAt: arrivedAt } : seen
        if (await wasWritten(tenantId, agentId, next, { kind: 'match', etag: row.etag })) {
          await sendEcho(agentId, event.echo, arrivedAt)
          return { tenantId, event }
        }
      }
    },
  }

  /** What comes too late, or cannot be sent, is asked for again. */
  async function sendEcho(agentId: string, echo: string | undefined, arrivedAt: number) {
    if (echo === undefined || clock.now() - arrivedAt > ECHO_SECONDS * 1000) return
    const message = { subject: ECHO, messageId: echo, correlationId: echo, body: new Uint8Array(0) }
    try {
      await parts.bus.send(agentQueue(agentId), { ...message, timeToLive: ECHO_SECONDS * 1000 })
    } catch (error) {
      if (!isStegError(error, 'bus-unavailable')) throw error
    }
  }

  async function wasWritten(tenantId: string, agentId: string, row: AgentRow, condition: Condition) {
    try {
      await agents.put(tenantId, agentId, row, condition)
      return true
    } catch (error) {
      if (isStegError(error, 'store-conflict')) return false
      throw error
    }
  }
}

export function agentOffline(name: string, lastSeen: number | null): StegError {
  return new StegError('agent-offline', { agent: name, lastSeen: lastSeen === null ? '–' : toIso(lastSeen) })
}
