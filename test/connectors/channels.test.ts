import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { proveForEnrolment, proveForSession } from '../../agent/connection/proof.ts'
import type { AgentKey } from '../../agent/state/key.ts'
import { createAccessTokens } from '../../functions/connectors/access-tokens.ts'
import { agentsTable } from '../../functions/connectors/rows.ts'
import { createConnectorsService } from '../../functions/connectors/service.ts'
import { createVault } from '../../functions/platform/secrets/vault.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { formatToken, parseToken } from '../../functions/tenancy/rules/token.ts'
import { hashSecret, matchesHash } from '../../functions/tenancy/secret-hash.ts'
import { systemRandom } from '../../shared/random.ts'
import { makeSealKey, openChannel, sealPublicKey } from '../../shared/wire/seal.ts'
import { fakeClock } from '../agent/fake-clock.ts'

const TENANT = 'tenant00001'

function agentKey(): AgentKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { privateKey, publicJwk: publicKey.export({ format: 'jwk' }) as JWK }
}

async function site() {
  const store = openSqliteStore({ file: ':memory:' })
  const clock = fakeClock()
  const vault = createVault(systemRandom.bytes(32), systemRandom)
  const wrappedKey = await vault.createDataKey()
  const tokenFormat = {
    format: (token: { tenantId: string; id: string; secret: string }) => formatToken('mat', token),
    parse: (text: string) => parseToken('mat', text),
    hash: hashSecret,
    matches: matchesHash,
  }
  const hub = () =>
    createConnectorsService({
      store,
      vault,
      wrappedKeyOf: async () => wrappedKey,
      bus: { ensureQueue: async () => undefined, deleteQueue: async () => undefined },
      grants: { broker: { host: 'localhost', tls: true }, grant: () => 'SharedAccessSignature' },
      clock,
      accessTokens: createAccessTokens({ store, clock, random: systemRandom, tokenFormat }),
      tenantName: async () => 'Firma',
      targetsOf: async () => ({}),
    })
  const connectors = hub()
  const token = (await connectors.accessTokens.create(TENANT)).secret
  const key = agentKey()
  const enrol = async (sealKey: string) =>
    connectors.enrol({
      token,
      proof: await proveForEnrolment(key, sealKey, token, clock.now()),
      name: 'Agent 1',
      host: 'h',
      version: '1',
      category: 'sage',
    })
  return { connectors, hub, enrol, key, clock, agents: agentsTable.bind(store) }
}

describe('keys for sealing, made at enrolment (F2)', () => {
  it('let hub and agent read each other, also after the hub was started again', async () => {
    const { hub, enrol, agents } = await site()
    const privateKey = makeSealKey()
    const { agentId, sealKey, tenant } = await enrol(sealPublicKey(privateKey))
    const agent = openChannel({
      side: 'agent',
      tenantId: tenant.id,
      agentId,
      privateKey,
      peerKey: sealKey,
    })
    const channel = await hub().channelTo(agentId)
    expect(agent.open('1', channel.seal('1', Buffer.from('to the agent'))).toString()).toBe('to the agent')
    expect(channel.open('1', agent.seal('1', Buffer.from('to the hub'))).toString()).toBe('to the hub')
    // The row alone gives nobody the hub's private key.
    expect((await agents.get(TENANT, agentId))?.value.seal?.hubPrivate).toMatch(/^s1\.[\w-]+$/)
  })

  it('stay the same when the enrolment is repeated, and cannot be replaced by others', async () => {
    const { enrol } = await site()
    const own = sealPublicKey(makeSealKey())
    const first = await enrol(own)
    expect(await enrol(own)).toEqual(first)
    await expect(enrol(sealPublicKey(makeSealKey()))).rejects.toMatchObject({ code: 'proof-invalid' })
    expect(await enrol(own)).toEqual(first)
  })

  it.each(['', 'x'.repeat(44), Buffer.alloc(32).toString('base64url')])(
    'are refused when they are of no use: %j',
    async (bad) => {
      const { enrol } = await site()
      await expect(enrol(bad)).rejects.toMatchObject({ code: 'proof-invalid' })
    },
  )

  it('are missing for an agent enrolled before there were any: it has to enrol again', async () => {
    const { connectors, enrol, agents, key, clock } = await site()
    const { agentId } = await enrol(sealPublicKey(makeSealKey()))
    const row = await agents.get(TENANT, agentId)
    if (row === undefined) throw new Error('no row')
    const { seal: _, ...before } = row.value
    await agents.put(TENANT, agentId, before, { kind: 'match', etag: row.etag })
    const outdated = { code: 'agent-outdated', params: { agent: 'Agent 1' } }
    await expect(connectors.channelTo(agentId)).rejects.toMatchObject(outdated)
    const assertion = await proveForSession(key, agentId, clock.now())
    await expect(connectors.openSession(assertion)).rejects.toMatchObject(outdated)
  })
})
