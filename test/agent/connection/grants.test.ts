import { describe, expect, it } from 'vitest'
import { grantCredential } from '../../../agent/connection/grants.ts'
import { someHeartbeats } from '../session.ts'

const credential = grantCredential({
  wire: 2,
  agentId: 'a',
  broker: { host: 'ns.example', tls: true },
  requests: { queue: 'agent-A', sas: 'listen' },
  replies: { queue: 'replies', sas: 'send replies' },
  heartbeats: { queue: 'heartbeats-1', sas: 'send heartbeats', ...someHeartbeats },
  events: { queue: 'events-1', sas: 'send events' },
  expiresAt: '2026-01-05T09:00:00Z',
  serverTime: '2026-01-05T08:00:00Z',
})

describe('tokens for the broker', () => {
  it.each([
    ['sb://ns.example/agent-A', 'listen'],
    ['sb://ns.example/agent-a', 'listen'],
    ['sb://ns.example/agent-A/$management', 'listen'],
    ['sb://ns.example/replies', 'send replies'],
    ['sb://ns.example/heartbeats-1', 'send heartbeats'],
    ['sb://ns.example/events-1', 'send events'],
  ])('for %s is "%s"', async (audience, token) => {
    expect(await credential.getToken(audience)).toEqual({
      token,
      expiresOnTimestamp: Date.UTC(2026, 0, 5, 9),
    })
  })

  it.each(['sb://ns.example/agent-AB', 'sb://ns.example/', 'sb://ns.example/other'])(
    'there is none for %s',
    async (audience) => {
      await expect(credential.getToken(audience)).rejects.toThrow('no grant')
    },
  )
})
