import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import type { EnrolmentRequest, EnrolmentResponse, TargetMap } from '../../shared/wire/enrolment.ts'
import { categoryOf } from '../../shared/wire/rules/roles.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { Agents } from './agents.ts'
import type { createKeys } from './keys.ts'
import { verifyEnrolmentProof } from './proof.ts'
import type { Queues } from './queues.ts'
import type { AgentRow } from './rows.ts'
import { isOutdated } from './rules/capabilities.ts'
import { DEFAULT_SITE } from './rules/site.ts'

/** An access token and a key that the agent has made become an agent with a queue. The same request again is the same agent. */
export function createEnrolment(parts: {
  readonly agents: Agents
  readonly queues: Pick<Queues, 'make'>
  readonly clock: Clock
  readonly keys: Pick<ReturnType<typeof createKeys>, 'make'>
  readonly accessTokens: Pick<AccessTokens, 'redeem'>
  readonly tenantName: (tenantId: string) => Promise<string>
  readonly targetsOf: (tenantId: string) => Promise<TargetMap>
}): (request: EnrolmentRequest) => Promise<EnrolmentResponse> {
  const { agents, clock } = parts

  return async (request) => {
    const { wire, roles = [], forms = [] } = request
    // Before the token is spent: the agent enrols with it once it has been updated.
    if (isOutdated({ wire })) throw new StegError('agent-outdated', { agent: request.name })
    const key = await verifyEnrolmentProof(request.proof, request.token, clock)
    const redeemed = await parts.accessTokens.redeem(request.token, key.thumbprint)
    const { tenantId, agentId } = redeemed
    const stored = await agents.find(tenantId, agentId)
    if (stored?.value.revokedAt !== undefined) {
      throw new StegError('agent-revoked', { agent: stored.value.name })
    }
    const site = roles.length > 0 ? (redeemed.site ?? DEFAULT_SITE) : undefined
    await parts.queues.make(tenantId, agentId, site)
    const row: AgentRow = {
      name: request.name,
      host: request.host,
      version: request.version,
      category: categoryOf(roles),
      wire: WIRE_VERSION,
      roles,
      forms,
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
      wire: WIRE_VERSION,
      agentId,
      name: request.name,
      tenant: { id: tenantId, name },
      targets: Object.fromEntries(Object.entries(targets).filter(([target]) => roles.includes(target))),
      sealKey: seal.hub,
    }
  }
}
