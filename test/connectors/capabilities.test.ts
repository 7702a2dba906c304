import { describe, expect, it } from 'vitest'
import { proveForEnrolment, proveForSession } from '../../agent/connection/proof.ts'
import { changedBy } from '../../functions/connectors/rules/announced.ts'
import { capableOf } from '../../functions/connectors/rules/capabilities.ts'
import { chooseAgents } from '../../functions/connectors/rules/choose.ts'
import { makeSealKey, sealPublicKey } from '../../shared/wire/seal.ts'
import { ANNOUNCED, agentKey, connectorsSite, TENANT } from './site.ts'

const MAIN = `${TENANT}.main`

describe('which agents can make a call', () => {
  const agent = (name: string, roles: string[], forms = ['http']) => ({
    name,
    category: 'none' as const,
    roles,
    forms,
  })
  const sage = agent('sage', ['sage'])
  const groupware = agent('groupware', ['exchange', 'caldav'], ['http', 'stream'])
  it.each([
    ['those with its role', { role: 'exchange', form: 'http' }, ['groupware']],
    [
      'everybody with its form when nobody has the role',
      { role: 'crm', form: 'http' },
      ['sage', 'groupware'],
    ],
    ['only those with its form', { role: 'sage', form: 'stream' }, ['groupware']],
    ['nobody', { role: 'sage', form: 'telephony' }, []],
  ])('%s', (_case, needs, names) => {
    expect(capableOf([sage, groupware], needs).map(({ name }) => name)).toEqual(names)
  })

  it('an agent of before has the role of its category, and plain calls', () => {
    const old = { category: 'sage' as const }
    expect(capableOf([old], { role: 'sage', form: 'http' })).toEqual([old])
    expect(capableOf([old], { role: 'sage', form: 'stream' })).toEqual([])
  })
})

describe('choosing by role', () => {
  const agent = (id: string, roles: string[], over: object = {}) => ({
    id,
    name: id,
    category: 'none' as const,
    wire: 2,
    roles,
    lastSeen: 1000,
    ...over,
  })
  it.each([
    ['the one with the role', [agent('a', ['sage']), agent('b', ['crm'])], 'crm', 'use', 'b'],
    ['nobody has it', [agent('a', ['sage'])], 'crm', 'missing', undefined],
    ['an outdated one', [agent('a', ['crm'], { wire: undefined })], 'crm', 'outdated', 'a'],
    [
      'an outdated one rather than a revoked',
      [agent('a', ['crm'], { wire: 1 }), agent('b', ['crm'], { revokedAt: 1 })],
      'crm',
      'outdated',
      'a',
    ],
    [
      'a present one before an outdated',
      [agent('a', ['crm'], { wire: 1 }), agent('b', ['crm'])],
      'crm',
      'use',
      'b',
    ],
    [
      'an offline one before an outdated',
      [agent('a', ['crm'], { wire: 1 }), agent('b', ['crm'], { lastSeen: undefined })],
      'crm',
      'offline',
      'b',
    ],
  ] as const)('%s', (_case, agents, role, kind, id) => {
    const choice = chooseAgents(agents, role, undefined, 1000)
    const chosen = choice.kind === 'use' ? choice.agents[0] : 'agent' in choice ? choice.agent : undefined
    expect([choice.kind, chosen?.id]).toEqual([kind, id])
  })
})

describe('what an agent says of itself', () => {
  const said = { ...ANNOUNCED }
  const row = { category: 'sage' as const, ...said, site: 'main' }
  it('changes nothing when it is known', () => {
    expect(changedBy(row, said, 0)).toBeUndefined()
    expect(changedBy({ ...row, olderKeys: { until: 1 } }, said, 0)).toBeUndefined()
  })
  it.each([
    ['of before', { category: 'sage' as const, host: 'h', version: '1' }, said],
    ['another version', row, { ...said, version: '2' }],
    ['another machine', row, { ...said, host: 'other' }],
    ['a new form', row, { ...said, forms: ['http', 'stream', 'telephony'] }],
    ['another role', row, { ...said, roles: ['crm'] }],
    ['former keys whose time is over', { ...row, olderKeys: { until: 1 } }, said],
  ])('is kept: %s', (_case, before, now) => {
    const { wire, roles, forms, host, version } = now
    expect(changedBy(before, now, 1)?.change).toMatchObject({
      wire,
      roles,
      forms,
      host,
      version,
      site: 'main',
    })
  })
})

describe('calls', () => {
  it('are sealed for those alone that can make them, and refused before sending when nobody can', async () => {
    const { connectors, enrol, session } = await connectorsSite()
    const [plain, streaming] = [await enrol('plain'), await enrol('streaming')]
    await session(plain, { ...ANNOUNCED, forms: ['http'] })
    await session(streaming, { ...ANNOUNCED, forms: ['http', 'stream'] })
    expect((await connectors.placeOf(MAIN, { role: 'sage', form: 'http' })).agents).toHaveLength(2)
    expect((await connectors.placeOf(MAIN, { role: 'sage', form: 'stream' })).agents).toEqual([streaming.id])
    const refused = { code: 'form-unsupported', params: { form: 'telephony' } }
    await expect(connectors.placeOf(MAIN, { form: 'telephony' })).rejects.toMatchObject(refused)
    await expect(connectors.placeOf(plain.id, { form: 'stream' })).rejects.toMatchObject({
      code: 'form-unsupported',
      params: { agent: 'plain', form: 'stream' },
    })
  })
})

describe('an agent of before (A4)', () => {
  async function oldAgent() {
    const site = await connectorsSite()
    const agent = await site.enrol('old')
    const row = await site.agents.get(TENANT, agent.id)
    if (row === undefined) throw new Error('no row')
    const { wire: _, roles: __, forms: ___, ...before } = row.value
    await site.agents.put(TENANT, agent.id, before, { kind: 'match', etag: row.etag })
    site.queues.delete(`replies-${TENANT}`)
    return { ...site, agent }
  }

  it('that enrols is told to update, and its token is not spent', async () => {
    const { connectors, clock } = await connectorsSite()
    const token = (await connectors.accessTokens.create(TENANT)).secret
    const key = agentKey()
    const seal = sealPublicKey(makeSealKey())
    const proof = () => proveForEnrolment(key, seal, token, clock.now())
    const request = { token, name: 'Old', host: 'h', version: '0.1.0' }
    await expect(connectors.enrol({ ...request, proof: await proof() })).rejects.toMatchObject({
      code: 'agent-outdated',
      params: { agent: 'Old' },
    })
    const updated = { ...request, proof: await proof(), wire: 2, roles: ['sage'], forms: ['http'] }
    expect(await connectors.enrol(updated)).toMatchObject({ wire: 2, name: 'Old' })
  })

  it('that opens a session gets none, shows that it must be updated, and fails jobs with that', async () => {
    const { connectors, agent, session, report, clock } = await oldAgent()
    const outdated = { code: 'agent-outdated', params: { agent: 'old' } }
    await expect(session(agent, { ...ANNOUNCED, wire: 1 })).rejects.toMatchObject(outdated)
    // As the first version proved itself.
    const assertion = await proveForSession(agent.key, agent.id, undefined as never, clock.now())
    await expect(connectors.openSession(assertion)).rejects.toMatchObject(outdated)
    await report(agent)
    expect((await connectors.list(TENANT))[0]).toMatchObject({
      outdated: true,
      category: 'sage',
      roles: ['sage'],
    })
    await expect(connectors.choose(TENANT, 'sage', undefined)).rejects.toMatchObject(outdated)
    await expect(connectors.placeOf(agent.id)).rejects.toMatchObject(outdated)
    await expect(connectors.placeOf(MAIN)).rejects.toMatchObject(outdated)
  })

  it('is used again as soon as it has been updated, without enrolling', async () => {
    const { connectors, agent, session, report, queues } = await oldAgent()
    await connectors.placeOf(agent.id).catch(() => undefined)
    await session(agent)
    await report(agent)
    expect(queues.has(`replies-${TENANT}`)).toBe(true)
    expect((await connectors.choose(TENANT, 'sage', undefined)).to).toBe(MAIN)
    expect((await connectors.placeOf(MAIN)).agents).toEqual([agent.id])
    expect((await connectors.get(TENANT, agent.id)).outdated).toBe(false)
  })

  it('costs one reading for each session once it is known, and one writing at first', async () => {
    const { agent, session, counted } = await oldAgent()
    counted.reset()
    await session(agent)
    expect(counted.counts()).toMatchObject({ reads: 1, writes: 1 })
    counted.reset()
    await session(agent)
    expect(counted.counts()).toMatchObject({ reads: 1, writes: 0 })
  })
})
