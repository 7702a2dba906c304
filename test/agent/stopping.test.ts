import { describe, expect, it } from 'vitest'
import type { AgentProcess } from './process.ts'
import { type Site, site } from './site.ts'
import { targetServer } from './target-server.ts'

/** Each starts several processes, and waits for more than one of them. */
const slow = { timeout: 180_000 }
const soon = { timeout: 50_000, interval: 50 }
const names = (agent: AgentProcess) => agent.events.map(({ event }) => event)
const connected = (agent: AgentProcess) => expect.poll(() => names(agent), soon).toContain('connected')
async function revoke(place: Site): Promise<void> {
  place.hub.revoked = true
  await place.removeQueue()
}

async function endsAsRevoked(place: Site, agent: AgentProcess, askedBefore: number): Promise<void> {
  expect(await agent.exited).toEqual({ code: 3, signal: null })
  expect(agent.events.at(-1)).toMatchObject({ event: 'stopped', code: 'agent-revoked' })
  // One question that may have been on its way, and the two that count.
  expect(place.hub.asked.length - askedBefore).toBeLessThanOrEqual(3)
}

describe('an agent that is revoked', slow, () => {
  it('ends while it is connected', async () => {
    const place = await site()
    const agent = place.run()
    await connected(agent)
    const asked = place.hub.asked.length
    await revoke(place)
    await endsAsRevoked(place, agent, asked)
  })

  it('ends while it renews its session', async () => {
    const place = await site({ sessionSeconds: 2 })
    const agent = place.run()
    await connected(agent)
    // The session is granted, and the queue is gone before the line is there.
    const grant = place.hub.grant
    place.hub.grant = (agentId, now) => {
      if (!place.hub.revoked) void revoke(place)
      return grant(agentId, now)
    }
    await expect.poll(() => place.hub.revoked, soon).toBe(true)
    await endsAsRevoked(place, agent, place.hub.asked.length)
  })

  it('ends while it waits for a broker that is away', async () => {
    const place = await site()
    const agent = place.run()
    await connected(agent)
    await place.stopBroker()
    await expect.poll(() => names(agent), soon).toContain('disconnected')
    const asked = place.hub.asked.length
    place.hub.revoked = true
    await endsAsRevoked(place, agent, asked)
  })
})

describe('an agent that is stopped while it works', slow, () => {
  it('finishes what it has begun, hands back the rest untouched, and nothing is lost or doubled', async () => {
    const place = await site()
    const begun: (() => void)[] = []
    let hold = true
    const target = await targetServer((_request, response) => {
      if (hold) begun.push(() => response.end('ok'))
      else response.end('ok')
    })
    const first = place.run()
    await connected(first)
    const call = (path: string) =>
      place.call({ url: target.url, path, method: 'POST', idempotency: 'once', timeout: 55_000 })
    const replies = Array.from({ length: 30 }, (_, index) => call(`/${index}`))
    await expect.poll(() => begun.length, soon).toBe(16)
    hold = false
    first.kill('SIGTERM')
    const second = first.exited.then(() => place.run())
    for (const answer of begun) answer()
    expect(await first.exited).toEqual({ code: 0, signal: null })
    await second
    const answered = await Promise.all(replies)
    expect(answered.map(({ outcome }) => outcome.kind)).toEqual(Array(30).fill('answered'))
    expect(new Set(target.seen.map(({ url }) => url)).size).toBe(30)
    expect(target.seen).toHaveLength(30)
    const requests = () => place.broker().stats()['agent-t1-agent1']
    await expect.poll(requests, soon).toMatchObject({ active: 0, locked: 0, deadLetter: 0 })
  })
})
