import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import { proveForEnrolment, proveForSession } from '../../agent/connection/proof.ts'
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
import type { Clock } from '../../shared/clock.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import type { Announcement, EnrolmentResponse } from '../../shared/wire/enrolment.ts'
import { writeHeartbeat } from '../../shared/wire/heartbeat.ts'
import { type AgentChannel, makeSealKey, openChannel, sealPublicKey } from '../../shared/wire/seal.ts'
import { fakeClock } from '../agent/fake-clock.ts'
import { HEARTBEAT_KEY, heartbeatsOf } from '../agent/session.ts'

export const TENANT = 'tenant00001'
/** What agents of today say of themselves. */
export const ANNOUNCED: Announcement = {
  wire: WIRE_VERSION,
  roles: ['sage'],
  forms: ['http', 'stream'],
  host: 'h',
  version: '1',
}

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
  outside: Partial<Pick<ConnectorsParts, 'bus' | 'grants' | 'eventRoutes' | 'log'> & { clock: Clock }> = {},
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
      heartbeatKeys: [HEARTBEAT_KEY],
      eventRoutes: outside.eventRoutes ?? (() => ({})),
      log: outside.log ?? silentLogger,
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
      wire: WIRE_VERSION,
      roles: category === 'none' ? [] : [category],
      forms: ['http', 'stream'],
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
    const beat = { agentId: agent.id, kind, at: clock.now() - ago, ...asked }
    await via.receiveHeartbeats([writeHeartbeat(beat, heartbeatsOf(agent.id, clock.now() + 3_600_000))])
  }

  const session = async (agent: Pick<Enrolled, 'id' | 'key'>, announced: Announcement = ANNOUNCED) =>
    connectors.openSession(await proveForSession(agent.key, agent.id, announced, clock.now()))

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
