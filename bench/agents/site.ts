import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { proveForEnrolment, proveForSession } from '../../agent/connection/proof.ts'
import { agentKeyOf } from '../../agent/state/key.ts'
import { agentsTable, PRESENCE, presenceTable } from '../../functions/connectors/rows.ts'
import { createBusGrants } from '../../functions/platform/bus/grants.ts'
import { createKeyRing } from '../../functions/platform/secrets/key-ring.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { systemRandom } from '../../shared/random.ts'
import { heartbeatKey } from '../../shared/wire/heartbeat.ts'
import { heartbeatQueue, reportShardOf } from '../../shared/wire/queues.ts'
import { makeSealKey, sealPublicKey } from '../../shared/wire/seal.ts'
import { startTestPlatform, type TestPlatform } from '../../test/system/platform.ts'
import { type Api, apiOf, createTenant, type TestTenant } from '../../test/system/tenant.ts'

const HOUR_MS = 3_600_000
const Secrets = z.object({
  masterKey: z.string(),
  busKeys: z.object({ manage: z.string(), send: z.string() }),
})

/** An agent that only says that it lives. */
export interface Reporter {
  readonly id: string
  readonly tenantId: string
  /** What it would have been given with its session. */
  readonly heartbeats: { readonly key: string; readonly until: number }
}

export interface AgentsSite {
  readonly platform: TestPlatform
  readonly tenants: readonly TestTenant[]
  readonly reporters: readonly Reporter[]
  readonly operator: Api
  readonly brokerPort: number
  /** Of the queue in which a tenant's agents report, as its agents get it. */
  sasOf(tenantId: string): string
  /** When the store last heard of an agent, milliseconds since the epoch. */
  lastSeen(reporter: Reporter): Promise<number>
  close(): Promise<void>
}

/** The embedded platform in processes of its own, and rows of agents that have enrolled with it. */
export async function openAgentsSite(folder: string, tenantCount: number, each: number): Promise<AgentsSite> {
  const platform = await startTestPlatform(join(folder, 'data'))
  const secrets = Secrets.parse(JSON.parse(await readFile(join(platform.data, 'secrets.json'), 'utf8')))
  const ring = createKeyRing([Buffer.from(secrets.masterKey, 'base64')], systemRandom)
  const [hubKey] = ring.derive('heartbeats')
  const store = openSqliteStore({ file: join(platform.data, 'store.db') })
  const agents = agentsTable.bind(store)
  const presences = presenceTable.bind(store)
  const tenants: TestTenant[] = []
  const reporters: Reporter[] = []
  const until = Date.now() + HOUR_MS
  for (let tenant = 0; tenant < tenantCount; tenant++) {
    const made = await createTenant(platform, `Tenant ${tenant}`)
    tenants.push(made)
    const ids = Array.from(
      { length: each },
      (_, index) => `${made.id}-bench${String(index).padStart(7, '0')}`,
    )
    await agents.chunked(
      made.id,
      ids.map((id, index) => ({
        kind: 'put' as const,
        key: id,
        value: {
          name: `Agent ${index}`,
          host: 'bench',
          version: '1',
          category: 'sage' as const,
          wire: 2,
          roles: ['sage'],
          forms: ['http'],
          publicKey: 'none',
          createdAt: until - HOUR_MS,
        },
        condition: { kind: 'any' as const },
      })),
    )
    for (const id of ids) {
      const key = heartbeatKey(hubKey, id, until).toString('base64url')
      reporters.push({ id, tenantId: made.id, heartbeats: { key, until } })
    }
  }
  const brokerPort = await portOfBroker(platform, tenants[0])
  const grants = createBusGrants({
    broker: { host: '127.0.0.1', port: brokerPort, tls: false },
    namespace: '127.0.0.1',
    listen: { name: 'agents-listen', key: 'unused' },
    send: { name: 'agents-send', key: secrets.busKeys.send },
  })
  return {
    platform,
    tenants,
    reporters,
    operator: apiOf(platform.url, platform.operatorToken),
    brokerPort,
    sasOf: (tenantId) => grants.grant(heartbeatQueue(reportShardOf(tenantId)), 'send', until),
    async lastSeen({ tenantId, id }) {
      return (await presences.get(tenantId, `${id}${PRESENCE}`))?.value.lastSeen ?? 0
    },
    async close() {
      store.close()
      await platform.program.end('SIGTERM')
    },
  }
}

/** Nobody but the hub tells it: one agent enrols and opens a session. */
async function portOfBroker(platform: TestPlatform, tenant: TestTenant | undefined): Promise<number> {
  if (tenant === undefined) throw new Error('there is no tenant')
  const key = agentKeyOf(generateKeyPairSync('ed25519').privateKey)
  const said = { wire: 2, roles: [], forms: ['http'], host: 'bench', version: '1' }
  const { secret: token } = (await tenant.api('POST', '/access-tokens', { kind: 'agent-enrolment' })).body
  const proof = await proveForEnrolment(key, sealPublicKey(makeSealKey()), token, Date.now())
  const anyone = apiOf(platform.url, '')
  const { agentId } = (await anyone('POST', '/agent/enrolments', { token, proof, name: 'Real', ...said }))
    .body
  const assertion = await proveForSession(key, agentId, said, Date.now())
  const { broker } = (await anyone('POST', '/agent/sessions', { assertion })).body
  await tenant.api('DELETE', `/agents/${agentId}`)
  return broker.port
}
