import { type Clock, toIso } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import { SESSION_AUDIENCE, type SessionResponse } from '../../shared/wire/enrolment.ts'
import { agentQueue, EVENTS_QUEUE, REPLIES_QUEUE, siteQueue } from '../../shared/wire/queues.ts'
import type { Bus, BusGrants } from '../platform/bus/port.ts'
import type { Agents } from './agents.ts'
import { claimedIssuer, verifyAssertion, withAnyKey } from './proof.ts'
import { SITE_QUEUE } from './queues.ts'
import type { AgentRow } from './rows.ts'
import { signingKeys } from './rules/key-validity.ts'
import { DEFAULT_SITE, siteId } from './rules/site.ts'

/** How long an agent may use its queues before it has to ask again; the relay's limit is one hour. */
const GRANT_MS = 3_600_000

/** Gives an agent that has proved itself the rights to exactly its own queues, for an hour. */
export function createSessions(parts: {
  readonly agents: Agents
  readonly bus: Pick<Bus, 'ensureQueue'>
  readonly grants: BusGrants
  readonly clock: Clock
}): (assertion: string) => Promise<SessionResponse> {
  const { agents, clock } = parts

  /** An agent that was enrolled before there were sites joins its tenant's one, once it can. */
  async function joinSite(tenantId: string, agentId: string, row: AgentRow, etag: string): Promise<AgentRow> {
    const joined = { ...row, site: DEFAULT_SITE }
    await parts.bus.ensureQueue(siteQueue(siteId(tenantId, DEFAULT_SITE)), SITE_QUEUE)
    const written = await agents.wasWritten(tenantId, agentId, joined, { kind: 'match', etag })
    // A heartbeat came in between: the next session brings it in.
    return written ? joined : row
  }

  return async (assertion) => {
    const agentId = claimedIssuer(assertion)
    const { tenantId, row } = await agents.claimed(agentId)
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
  }
}
