import { describe, expect, it } from 'vitest'
import { grantCredential } from '../../../agent/connection/grants.ts'

const credential = grantCredential({
  agentId: 'a',
  broker: { host: 'ns.example', tls: true },
  requests: { queue: 'agent-A', sas: 'listen' },
  replies: { queue: 'replies', sas: 'send replies' },
  events: { queue: 'events', sas: 'send events' },
  expiresAt: '2026-01-05T09:00:00Z',
  serverTime: '2026-01-05T08:00:00Z',
})

describe('tokens for the broker', () => {
  it.each([
    ['sb://ns.example/agent-A', 'listen'],
    ['sb://ns.example/agent-a', 'listen'],
    ['sb://ns.example/agent-A/$management', 'listen'],
    ['sb://ns.example/replies', 'send replies'],
    ['sb://ns.example/events', 'send events'],
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
