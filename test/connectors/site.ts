import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import { proveForEnrolment, proveForSession, signEvent } from '../../agent/connection/proof.ts'
import type { AgentKey } from '../../agent/state/key.ts'
import { createAccessTokens } from '../../functions/connectors/access-tokens.ts'
import { agentsTable } from '../../functions/connectors/rows.ts'
import { type ConnectorsParts, createConnectorsService } from '../../functions/connectors/service.ts'
import { createKeyRing } from '../../functions/platform/secrets/key-ring.ts'
import { createVault } from '../../functions/platform/secrets/vault.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { formatToken, parseToken } from '../../functions/tenancy/rules/token.ts'
import { createTenantSeal } from '../../functions/tenancy/seal.ts'
import { hashSecret, matchesHash } from '../../functions/tenancy/secret-hash.ts'
import { type Clock, toIso } from '../../shared/clock.ts'
import { systemRandom } from '../../shared/random.ts'
import type { EnrolmentResponse } from '../../shared/wire/enrolment.ts'
import { type AgentChannel, makeSealKey, openChannel, sealPublicKey } from '../../shared/wire/seal.ts'
import { fakeClock } from '../agent/fake-clock.ts'

export const TENANT = 'tenant00001'

export function agentKey(): AgentKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { privateKey, publicJwk: publicKey.export({ format: 'jwk' }) as JWK }
}

/** An agent as the hub sees it. */
export interface Enrolled {
  readonly id: string
  readonly key: AgentKey
  readonly answer: EnrolmentResponse
  readonly channel: AgentChannel
}

/** The hub's connectors over a store in memory, and agents that enrol and report. */
export async function connectorsSite(
  outside: Partial<Pick<ConnectorsParts, 'bus' | 'grants'> & { clock: Clock }> = {},
) {
  const counted = countStore(openSqliteStore({ file: ':memory:' }))
  const { store } = counted
  const time = fakeClock()
  const clock = outside.clock ?? time
  const vault = createVault(createKeyRing([systemRandom.bytes(32)], systemRandom), systemRandom)
  const wrappedKey = await vault.createDataKey()
  const queues = new Map<string, object>()
  const sent: { queue: string; subject: string; correlationId: string | undefined }[] = []
  const tokenFormat = {
    format: (token: { tenantId: string; id: string; secret: string }) => formatToken('mat', token),
    parse: (text: string) => parseToken('mat', text),
    hash: hashSecret,
    matches: matchesHash,
  }
  /** One instance of the hub; what it keeps in memory is its own. */
  const hub = () =>
    createConnectorsService({
      store,
      seal: createTenantSeal({ vault, wrappedKeyOf: async () => wrappedKey }),
      bus: outside.bus ?? {
        async ensureQueue(queue, options) {
          if (!queues.has(queue)) queues.set(queue, options)
        },
        async deleteQueue(queue) {
          queues.delete(queue)
        },
        async send(queue, { subject, correlationId }) {
          sent.push({ queue, subject, correlationId })
        },
      },
      grants: outside.grants ?? {
        broker: { host: 'localhost', tls: true },
        grant: (queue, right) => `${right} ${queue}`,
      },
      clock,
      accessTokens: createAccessTokens({ store, clock, random: systemRandom, tokenFormat }),
      tenantName: async () => 'Firma',
      targetsOf: async () => ({}),
    })
  const connectors = hub()

  async function enrolWith(
    token: string,
    key: AgentKey,
    sealKey: string,
    name = 'Agent 1',
    category = 'sage',
  ) {
    return connectors.enrol({
      token,
      proof: await proveForEnrolment(key, sealKey, token, clock.now()),
      name,
      host: 'h',
      version: '1',
      category: category === 'sage' ? 'sage' : 'none',
    })
  }

  async function enrol(name: string, options: { site?: string; category?: string } = {}): Promise<Enrolled> {
    const token = (await connectors.accessTokens.create(TENANT, options.site)).secret
    const key = agentKey()
    const privateKey = makeSealKey()
    const answer = await enrolWith(token, key, sealPublicKey(privateKey), name, options.category)
    const channel = openChannel({
      side: 'agent',
      tenantId: TENANT,
      agentId: answer.agentId,
      privateKey,
      peerKey: answer.sealKey,
    })
    return { id: answer.agentId, key, answer, channel }
  }

  async function report(
    agent: Pick<Enrolled, 'id' | 'key'>,
    kind: 'online' | 'leaving' = 'online',
    via = connectors,
    echo: { echo?: string; ago?: number } = {},
  ): Promise<void> {
    const { ago = 0, ...asked } = echo
    const at = toIso(clock.now())
    const event = { v: 1 as const, agentId: agent.id, kind, at, host: 'h', version: '1', ...asked }
    await via.receiveEvent(agent.id, await signEvent(agent.key, event, clock.now()), clock.now() - ago)
  }

  const session = async (agent: Pick<Enrolled, 'id' | 'key'>) =>
    connectors.openSession(await proveForSession(agent.key, agent.id, clock.now()))

  return {
    connectors,
    hub,
    counted,
    clock: time,
    queues,
    sent,
    agents: agentsTable.bind(store),
    enrolWith,
    enrol,
    report,
    session,
  }
}
