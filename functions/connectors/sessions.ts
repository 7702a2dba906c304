import { type Clock, toIso } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import { Announcement, SESSION_AUDIENCE, type SessionResponse } from '../../shared/wire/enrolment.ts'
import { heartbeatKey } from '../../shared/wire/heartbeat.ts'
import {
  agentQueue,
  eventQueue,
  heartbeatQueue,
  replyQueue,
  reportShardOf,
  siteQueue,
} from '../../shared/wire/queues.ts'
import type { BusGrants } from '../platform/bus/port.ts'
import type { Agents } from './agents.ts'
import { claimedIssuer, verifyAssertion, withAnyKey } from './proof.ts'
import type { Queues } from './queues.ts'
import type { AgentRow } from './rows.ts'
import { changedBy } from './rules/announced.ts'
import { isOutdated } from './rules/capabilities.ts'
import { signingKeys } from './rules/key-validity.ts'
import { siteId } from './rules/site.ts'

/** How long an agent may use its queues before it has to ask again; the relay's limit is one hour. */
const GRANT_MS = 3_600_000

/**
 * Gives an agent that has proved itself the rights to exactly its own queues, for an hour, and keeps what it says of
 * itself. One that speaks an older version of the wire gets nothing: it must be updated.
 */
export function createSessions(parts: {
  readonly agents: Agents
  readonly queues: Pick<Queues, 'make'>
  readonly grants: BusGrants
  readonly clock: Clock
  /** The first one is used for new keys. */
  readonly heartbeatKeys: readonly [Uint8Array, ...Uint8Array[]]
  readonly onChanged: (tenantId: string, agentId: string, row: AgentRow) => void
}): (assertion: string) => Promise<SessionResponse> {
  const { agents, clock, grants } = parts

  /** @returns the row as it is from now on; `undefined` when somebody else has written it meanwhile */
  async function keep(
    tenantId: string,
    agentId: string,
    { value: row, etag }: { readonly value: AgentRow; readonly etag: string },
    said: Announcement,
  ): Promise<AgentRow | undefined> {
    const changed = changedBy(row, said, clock.now())
    if (changed === undefined) return row
    const { olderKeys, ...rest } = row
    const next: AgentRow = {
      ...rest,
      ...changed.change,
      ...(olderKeys === undefined || changed.dropsOlderKeys ? {} : { olderKeys }),
    }
    // Its queues first: from the write on the agent may be asked.
    if (isOutdated(row) || next.site !== row.site) await parts.queues.make(tenantId, agentId, next.site)
    if (!(await agents.wasWritten(tenantId, agentId, next, { kind: 'match', etag }))) return undefined
    parts.onChanged(tenantId, agentId, next)
    return next
  }

  function sessionFor(tenantId: string, agentId: string, row: AgentRow): SessionResponse {
    const now = clock.now()
    const expiresAt = now + GRANT_MS
    const grant = (queue: string, right: 'listen' | 'send') => ({
      queue,
      sas: grants.grant(queue, right, expiresAt),
    })
    const shard = reportShardOf(tenantId)
    const key = heartbeatKey(parts.heartbeatKeys[0], agentId, expiresAt)
    return {
      wire: WIRE_VERSION,
      agentId,
      broker: grants.broker,
      requests: grant(agentQueue(agentId), 'listen'),
      ...(row.site === undefined ? {} : { site: grant(siteQueue(siteId(tenantId, row.site)), 'listen') }),
      replies: grant(replyQueue(tenantId), 'send'),
      heartbeats: {
        ...grant(heartbeatQueue(shard), 'send'),
        key: key.toString('base64url'),
        until: expiresAt,
      },
      events: grant(eventQueue(shard), 'send'),
      ...(row.rotationAskedAt === undefined ? {} : { rotateKeys: true as const }),
      expiresAt: toIso(expiresAt),
      serverTime: toIso(now),
    }
  }

  return async (assertion) => {
    const agentId = claimedIssuer(assertion)
    for (;;) {
      const { tenantId, row } = await agents.claimed(agentId)
      const claims = await withAnyKey(signingKeys(row.value, clock.now()), (key) =>
        verifyAssertion(assertion, agentId, key, SESSION_AUDIENCE, clock),
      )
      const { name, revokedAt, seal } = row.value
      if (revokedAt !== undefined) throw new StegError('agent-revoked', { agent: name })
      const said = Announcement.safeParse(claims.agent)
      if (seal === undefined || !said.success || isOutdated(said.data)) {
        throw new StegError('agent-outdated', { agent: name })
      }
      const kept = await keep(tenantId, agentId, row, said.data)
      if (kept !== undefined) return sessionFor(tenantId, agentId, kept)
    }
  }
}
