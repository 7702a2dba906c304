import { describe, expect, it } from 'vitest'
import { type Candidate, chooseAgent } from '../../functions/connectors/rules/choose.ts'
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
    const choice = chooseAgent(agents, wanted, NOW)
    expect(choice.kind).toBe(kind)
    expect(choice.kind === 'missing' ? undefined : choice.agent.id).toBe(id)
  })
})
