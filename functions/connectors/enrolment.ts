import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { EnrolmentRequest, EnrolmentResponse, TargetMap } from '../../shared/wire/enrolment.ts'
import { agentQueue, siteQueue } from '../../shared/wire/queues.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { Agents } from './agents.ts'
import type { createKeys } from './keys.ts'
import { verifyEnrolmentProof } from './proof.ts'
import { AGENT_QUEUE, SITE_QUEUE } from './queues.ts'
import type { AgentRow } from './rows.ts'
import { DEFAULT_SITE, siteId } from './rules/site.ts'

/** An access token and a key that the agent has made become an agent with a queue. The same request again is the same agent. */
export function createEnrolment(parts: {
  readonly agents: Agents
  readonly bus: Pick<Bus, 'ensureQueue'>
  readonly clock: Clock
  readonly keys: Pick<ReturnType<typeof createKeys>, 'make'>
  readonly accessTokens: Pick<AccessTokens, 'redeem'>
  readonly tenantName: (tenantId: string) => Promise<string>
  readonly targetsOf: (tenantId: string) => Promise<TargetMap>
}): (request: EnrolmentRequest) => Promise<EnrolmentResponse> {
  const { agents, clock } = parts

  return async (request) => {
    const key = await verifyEnrolmentProof(request.proof, request.token, clock)
    const redeemed = await parts.accessTokens.redeem(request.token, key.thumbprint)
    const { tenantId, agentId } = redeemed
    const stored = await agents.find(tenantId, agentId)
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
      seal: await parts.keys.make(tenantId, agentId, key.sealKey),
      createdAt: clock.now(),
    }
    if (stored === undefined) await agents.add(tenantId, agentId, row)
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
  }
}
