import { describe, expect, it } from 'vitest'
import { breakableWay } from './breakable-way.ts'
import type { AgentProcess } from './process.ts'
import { site } from './site.ts'
import { targetServer } from './target-server.ts'

/** Each starts several processes, and waits for more than one of them. */
const slow = { timeout: 180_000 }
const soon = { timeout: 40_000, interval: 50 }
const names = (agent: AgentProcess) => agent.events.map(({ event }) => event)
const connected = (agent: AgentProcess) => expect.poll(() => names(agent), soon).toContain('connected')

describe('an agent during outages', slow, () => {
  it('waits for a hub that is not there yet', async () => {
    const place = await site()
    await place.hub.stop()
    const agent = place.run()
    await expect.poll(() => names(agent), soon).toEqual(['disconnected'])
    expect(agent.events[0]?.reason).toContain('connection refused')
    await place.hub.start()
    await connected(agent)
    expect((await place.ping()).outcome.kind).toBe('pong')
  })

  it('comes back after the broker was restarted, and answers what was sent meanwhile', async () => {
    const place = await site()
    const target = await targetServer((_request, response) => response.end('ok'))
    const agent = place.run()
    await connected(agent)
    await place.stopBroker()
    await expect.poll(() => names(agent), soon).toEqual(['connected', 'disconnected'])
    await place.startBroker()
    const reply = await place.call({ url: target.url, timeout: 60_000 })
    expect(reply.outcome).toMatchObject({ kind: 'answered' })
    expect(names(agent)).toEqual(['connected', 'disconnected', 'connected'])
  })

  it('delivers the answer of a call that was under way when the connection broke, and calls only once', async () => {
    const place = await site({ lockSeconds: 5 })
    let answer: () => void = () => undefined
    const target = await targetServer((_request, response) => {
      answer = () => response.end('kept')
    })
    const way = await breakableWay(place.brokerPort)
    place.brokerPort = way.port
    const agent = place.run()
    await connected(agent)
    const reply = place.call({ url: target.url, method: 'POST', idempotency: 'once', timeout: 60_000 })
    await expect.poll(() => target.seen.length, soon).toBe(1)
    way.cut()
    await expect.poll(() => names(agent), soon).toEqual(['connected', 'disconnected', 'connected'])
    answer()
    expect(await reply).toMatchObject({ outcome: { kind: 'answered' }, text: 'kept' })
    const requests = () => place.broker().stats()['agent-t1-agent1']
    await expect.poll(requests, soon).toMatchObject({ active: 0, locked: 0, deadLetter: 0 })
    expect(target.seen).toHaveLength(1)
  })

  it('notices a connection that has fallen silent', { timeout: 120_000 }, async () => {
    const place = await site({ lockSeconds: 5 })
    const way = await breakableWay(place.brokerPort)
    place.brokerPort = way.port
    const agent = place.run()
    await connected(agent)
    way.silence()
    await expect
      .poll(() => names(agent), { timeout: 90_000, interval: 200 })
      .toEqual(['connected', 'disconnected', 'connected'])
    expect((await place.ping()).outcome.kind).toBe('pong')
  })

  it('ends when it is revoked, and says so', async () => {
    const place = await site()
    const agent = place.run({ env: { LANG: 'de' } })
    await connected(agent)
    place.hub.revoked = true
    await place.removeQueue()
    expect(await agent.exited).toEqual({ code: 3, signal: null })
    expect(agent.errors.at(-1)).toMatch(/^Der Agent „Agent 1“ wurde widerrufen/)
    expect(agent.events.at(-1)).toMatchObject({ event: 'stopped', code: 'agent-revoked' })
    const again = place.run()
    expect((await again.exited).code).toBe(3)
  })

  it('starts again after it was killed: repeatable calls are made again, others are not', async () => {
    const place = await site({ lockSeconds: 5 })
    let dead = true
    const target = await targetServer((_request, response) => {
      if (!dead) response.end('second time')
    })
    const agent = place.run()
    await connected(agent)
    const repeatable = place.call({ url: target.url, path: '/repeatable', timeout: 50_000 })
    const once = place.call({
      url: target.url,
      path: '/once',
      method: 'POST',
      idempotency: 'once',
      timeout: 50_000,
    })
    await expect.poll(() => target.seen.length, soon).toBe(2)
    agent.kill('SIGKILL')
    await agent.exited
    dead = false
    const next = place.run()
    await connected(next)
    expect(await repeatable).toMatchObject({ outcome: { kind: 'answered' }, text: 'second time' })
    expect((await once).outcome).toMatchObject({ kind: 'failed', error: { code: 'indeterminate' } })
    expect(target.seen.map(({ url }) => url).sort()).toEqual(['/once', '/repeatable', '/repeatable'])
  })

  it('does not repeat what another agent may have begun, but what was handed back untouched', async () => {
    const place = await site()
    const target = await targetServer((_request, response) => response.end('ok'))
    const call = () => place.call({ url: target.url, method: 'POST', idempotency: 'once', timeout: 50_000 })
    const begun = call()
    await place.takeAndAbandon()
    const first = place.run()
    expect((await begun).outcome).toMatchObject({ error: { code: 'indeterminate' } })
    first.kill('SIGTERM')
    await first.exited
    const untouched = call()
    await place.takeAndAbandon({ notBegun: 1 })
    place.run()
    expect((await untouched).outcome).toMatchObject({ kind: 'answered' })
    expect(target.seen).toHaveLength(1)
  })

  it('finishes what is under way when it is stopped, and hands back what takes too long', async () => {
    const place = await site()
    let slow = true
    const target = await targetServer((request, response) => {
      if (request.url === '/quick') setTimeout(() => response.end('quick'), 2000)
      else if (!slow) response.end('by the next one')
    })
    const agent = place.run()
    await connected(agent)
    const quick = place.call({ url: target.url, path: '/quick', timeout: 50_000 })
    const repeatable = place.call({ url: target.url, path: '/long', timeout: 50_000 })
    const once = place.call({
      url: target.url,
      path: '/long',
      method: 'POST',
      idempotency: 'once',
      timeout: 50_000,
    })
    await expect.poll(() => target.seen.length, soon).toBe(3)
    agent.kill('SIGTERM')
    expect(await quick).toMatchObject({ text: 'quick' })
    expect((await once).outcome).toMatchObject({ error: { code: 'indeterminate' } })
    expect(await agent.exited).toEqual({ code: 0, signal: null })
    slow = false
    place.run()
    expect(await repeatable).toMatchObject({ text: 'by the next one' })
  })
})
