import { describe, expect, it } from 'vitest'
import { type Candidate, chooseAgents } from '../../functions/connectors/rules/choose.ts'
import { disconnectedSince, SILENCE_MS, statusOf } from '../../functions/connectors/rules/status.ts'

const NOW = 1_000_000_000

describe('status of an agent (A4)', () => {
  it.each([
    ['never seen', {}, 'never', undefined],
    ['seen just now', { lastSeen: NOW }, 'connected', undefined],
    ['silent as long as allowed', { lastSeen: NOW - SILENCE_MS }, 'connected', undefined],
    ['silent too long', { lastSeen: NOW - SILENCE_MS - 1 }, 'disconnected', NOW - SILENCE_MS - 1],
    ['said that it leaves', { lastSeen: NOW, leftAt: NOW }, 'disconnected', NOW],
    ['came back after leaving', { lastSeen: NOW, leftAt: NOW - 5 }, 'connected', undefined],
    ['revoked while connected', { lastSeen: NOW, revokedAt: NOW - 1 }, 'revoked', undefined],
  ] as const)('%s', (_, presence, status, since) => {
    expect(statusOf(presence, NOW)).toBe(status)
    expect(disconnectedSince(presence, NOW)).toBe(since)
  })

  it('is true within 90 s, whenever the last report was', () => {
    expect(SILENCE_MS).toBeLessThanOrEqual(90_000)
    expect(SILENCE_MS).toBeGreaterThan(2 * 30_000)
  })
})

describe('choice of the agent for Sage calls', () => {
  const agent = (id: string, over: Partial<Candidate> = {}): Candidate => ({
    id,
    name: id,
    category: 'sage',
    wire: 2,
    ...over,
  })

  it.each([
    ['nobody enrolled', [], undefined, 'missing', undefined],
    [
      'only an agent for other things',
      [agent('a', { category: 'none', lastSeen: NOW })],
      undefined,
      'missing',
      undefined,
    ],
    ['that agent, when the job names it', [agent('a', { category: 'none', lastSeen: NOW })], 'a', 'use', 'a'],
    ['the connected one', [agent('a'), agent('b', { lastSeen: NOW })], undefined, 'use', 'b'],
    [
      'the one seen last',
      [agent('a', { lastSeen: NOW - 9 }), agent('b', { lastSeen: NOW })],
      undefined,
      'use',
      'b',
    ],
    ['the named one, though it is offline', [agent('a'), agent('b', { lastSeen: NOW })], 'a', 'offline', 'a'],
    [
      'all offline: the last seen',
      [agent('a', { lastSeen: 1 }), agent('b', { lastSeen: 2 })],
      undefined,
      'offline',
      'b',
    ],
    ['all revoked', [agent('a', { revokedAt: 1 })], undefined, 'revoked', 'a'],
    ['an unknown one is named', [agent('a', { lastSeen: NOW })], 'x', 'missing', undefined],
  ] as const)('%s', (_, agents, wanted, kind, id) => {
    const choice = chooseAgents(agents, 'sage', wanted, NOW)
    expect(choice.kind).toBe(kind)
    const chosen = choice.kind === 'use' ? choice.agents[0] : 'agent' in choice ? choice.agent : undefined
    expect(chosen?.id).toBe(id)
  })

  const here = { lastSeen: NOW }
  const gone = { lastSeen: NOW - SILENCE_MS - 1 }
  it.each([
    ['all connected agents of a site, without those of others', ['a', 'c'], 'main', undefined],
    ['one that a job names, alone', ['c'], undefined, 'c'],
  ] as const)('%s', (_, ids, site, wanted) => {
    const agents = [
      agent('a', { site: 'main', ...here }),
      agent('b', { site: 'main', ...gone }),
      agent('c', { site: 'main', ...here }),
      agent('d', { site: 'other', lastSeen: NOW + 1 }),
      agent('e', { lastSeen: NOW + 2 }),
      agent('f', { site: 'main', revokedAt: 1, ...here }),
    ]
    const choice = chooseAgents(agents, 'sage', wanted, NOW)
    expect(choice).toMatchObject({ kind: 'use', site })
    expect(choice.kind === 'use' && choice.agents.map(({ id }) => id)).toEqual(ids)
  })

  it('another site, when nobody of the default one is there; and a site with nobody is offline', () => {
    const other = agent('b', { site: 'other', ...here })
    expect(
      chooseAgents([agent('a', { site: 'main', ...gone }), other], 'sage', undefined, NOW),
    ).toMatchObject({
      kind: 'use',
      site: 'other',
    })
    expect(chooseAgents([agent('a', { site: 'main', ...gone })], 'sage', undefined, NOW).kind).toBe('offline')
  })

  it('an agent enrolled before there were sites, by itself', () => {
    expect(chooseAgents([agent('a', here)], 'sage', undefined, NOW)).toMatchObject({
      kind: 'use',
      site: undefined,
      agents: [{ id: 'a' }],
    })
  })
})
