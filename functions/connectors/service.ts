import { type Clock, toIso } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import {
  type EnrolmentRequest,
  type EnrolmentResponse,
  SESSION_AUDIENCE,
  type SessionResponse,
  type TargetMap,
} from '../../shared/wire/enrolment.ts'
import type { AgentEvent } from '../../shared/wire/event.ts'
import { agentQueue, EVENTS_QUEUE, REPLIES_QUEUE } from '../../shared/wire/queues.ts'
import type { Channel } from '../../shared/wire/seal.ts'
import type { Bus, BusGrants } from '../platform/bus/port.ts'
import type { Condition, Store } from '../platform/store/port.ts'
import type { AccessTokens } from './access-tokens.ts'
import { createChannels, type SealingParts } from './channels.ts'
import { claimedIssuer, verifyAssertion, verifyEnrolmentProof, verifyEvent } from './proof.ts'
import { agentsTable, tenantOfAgent } from './rows.ts'
import { chooseAgent } from './rules/choose.ts'
import { type AgentStatus, disconnectedSince, statusOf } from './rules/status.ts'

/** How long an agent may use its queues before it has to ask again; the relay's limit is one hour. */
const GRANT_MS = 3_600_000

export interface AgentView {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly version: string
  readonly category: 'sage' | 'none'
  readonly status: AgentStatus
  readonly lastSeen: number | null
  readonly disconnectedSince: number | null
  readonly createdAt: number
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
  /** Takes away the agent's queue, so that it can do nothing more even with a token in hand. @throws StegError `not-found` */
  revoke(tenantId: string, agentId: string): Promise<void>
  /**
   * The agent for Sage calls, when one is there.
   * @throws StegError `agent-missing`, `agent-offline`, `agent-revoked`
   */
  choose(tenantId: string, wanted: string | undefined): Promise<AgentView>
  /** What is said to this agent is sealed with it. @throws StegError `agent-missing`, `agent-outdated` */
  channelTo(agentId: string): Promise<Channel>
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

export interface ConnectorsParts extends SealingParts {
  readonly store: Store
  readonly bus: Pick<Bus, 'ensureQueue' | 'deleteQueue'>
  readonly grants: BusGrants
  readonly clock: Clock
  readonly accessTokens: AccessTokens
  readonly tenantName: (tenantId: string) => Promise<string>
  readonly targetsOf: (tenantId: string) => Promise<TargetMap>
}

type AgentRow = ReturnType<typeof agentsTable.schema.parse>

export function createConnectorsService(parts: ConnectorsParts): ConnectorsService {
  const agents = agentsTable.bind(parts.store)
  const { clock } = parts
  const channels = createChannels(parts)

  const view = (id: string, row: AgentRow): AgentView => ({
    id,
    name: row.name,
    host: row.host,
    version: row.version,
    category: row.category,
    status: statusOf(row, clock.now()),
    lastSeen: row.lastSeen ?? null,
    disconnectedSince: disconnectedSince(row, clock.now()) ?? null,
    createdAt: row.createdAt,
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

  return {
    accessTokens: parts.accessTokens,

    async enrol(request) {
      const key = await verifyEnrolmentProof(request.proof, request.token, clock)
      const { tenantId, agentId } = await parts.accessTokens.redeem(request.token, key.thumbprint)
      const stored = await agents.get(tenantId, agentId)
      if (stored?.value.revokedAt !== undefined) {
        throw new StegError('agent-revoked', { agent: stored.value.name })
      }
      await parts.bus.ensureQueue(agentQueue(agentId), { lockSeconds: 60, maxDeliveryCount: 10 })
      const row: AgentRow = {
        name: request.name,
        host: request.host,
        version: request.version,
        category: request.category,
        publicKey: key.publicKey,
        seal: await channels.makeKeys(tenantId, agentId, key.sealKey),
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
      const { row } = await enrolledAgent(agentId)
      await verifyAssertion(assertion, agentId, row.value.publicKey, SESSION_AUDIENCE, clock)
      if (row.value.revokedAt !== undefined) throw new StegError('agent-revoked', { agent: row.value.name })
      if (row.value.seal === undefined) throw new StegError('agent-outdated', { agent: row.value.name })
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
        replies: grant(REPLIES_QUEUE, 'send'),
        events: grant(EVENTS_QUEUE, 'send'),
        expiresAt: toIso(expiresAt),
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
      for (;;) {
        const row = await existing(tenantId, agentId)
        if (row.value.revokedAt !== undefined) break
        const revoked = { ...row.value, revokedAt: clock.now() }
        // A heartbeat may write at the same moment; the revocation counts all the same.
        if (await wasWritten(tenantId, agentId, revoked, { kind: 'match', etag: row.etag })) break
      }
      await parts.bus.deleteQueue(agentQueue(agentId))
    },

    async choose(tenantId, wanted) {
      const candidates = (await all(tenantId)).map(({ id, row }) => ({ id, ...row }))
      const choice = chooseAgent(candidates, wanted, clock.now())
      if (choice.kind === 'missing') throw new StegError('agent-missing', {})
      const { id, ...row } = choice.agent
      if (choice.kind === 'revoked') throw new StegError('agent-revoked', { agent: row.name })
      if (choice.kind === 'offline') throw agentOffline(row.name, row.lastSeen ?? null)
      return view(id, row)
    },

    channelTo: channels.channelTo,

    async receiveEvent(agentId, jws, arrivedAt) {
      const { tenantId } = await enrolledAgent(agentId)
      for (;;) {
        const row = await existing(tenantId, agentId)
        if (row.value.revokedAt !== undefined) return undefined
        const event = await verifyEvent(jws, agentId, row.value.publicKey)
        // A report that comes late or twice must not bring back an older state.
        if (row.value.lastSeen !== undefined && arrivedAt < row.value.lastSeen) return undefined
        const { leftAt: _, ...kept } = row.value
        const seen = { ...kept, lastSeen: arrivedAt, host: event.host, version: event.version }
        const next = event.kind === 'leaving' ? { ...seen, leftAt: arrivedAt } : seen
        if (await wasWritten(tenantId, agentId, next, { kind: 'match', etag: row.etag }))
          return { tenantId, event }
      }
    },
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
