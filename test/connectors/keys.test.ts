import { describe, expect, it } from 'vitest'
import { proveForSession } from '../../agent/connection/proof.ts'
import { makeSealKey, openChannel, sealPublicKey } from '../../shared/wire/seal.ts'
import { ANNOUNCED, agentKey, connectorsSite, TENANT } from './site.ts'

async function site() {
  const made = await connectorsSite()
  const token = (await made.connectors.accessTokens.create(TENANT)).secret
  const key = agentKey()
  return { ...made, key, enrol: (sealKey: string) => made.enrolWith(token, key, sealKey) }
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
    const { channel } = await hub().placeOf(agentId)
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
    await expect(connectors.placeOf(agentId)).rejects.toMatchObject(outdated)
    const assertion = await proveForSession(key, agentId, ANNOUNCED, clock.now())
    await expect(connectors.openSession(assertion)).rejects.toMatchObject(outdated)
  })
})
