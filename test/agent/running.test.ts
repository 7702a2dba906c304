import { describe, expect, it } from 'vitest'
import { type AgentProcess, agentCommand } from './process.ts'
import { site } from './site.ts'
import { targetServer } from './target-server.ts'

/** Each starts several processes, and waits for more than one of them. */
const slow = { timeout: 180_000 }
const soon = { timeout: 30_000, interval: 50 }
const names = (agent: AgentProcess) => agent.events.map(({ event }) => event)
const connected = (agent: AgentProcess) => expect.poll(() => names(agent), soon).toContain('connected')

describe('a running agent', slow, () => {
  it('connects, answers pings and calls, shows its status, and leaves in order', async () => {
    const place = await site()
    const target = await targetServer((_request, response, body) =>
      response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end(`got ${body}`),
    )
    const agent = place.run()
    await connected(agent)
    expect((await place.ping()).outcome).toEqual({ kind: 'pong', version: '0.1.0' })
    const reply = await place.call({
      url: target.url,
      method: 'POST',
      path: '/p?q',
      text: 'x',
      idempotency: 'once',
    })
    expect(reply).toMatchObject({ outcome: { kind: 'answered', status: 200 }, text: 'got x' })
    expect(target.seen).toMatchObject([{ method: 'POST', url: '/p?q', body: 'x' }])
    const refused = await place.call({ url: 'http://192.0.2.1' })
    expect(refused.outcome).toMatchObject({
      error: { code: 'target-not-allowed', params: { pinned: target.url } },
    })

    const status = async () =>
      JSON.parse((await agentCommand(['status', '--dir', place.dir, '--json'])).stdout)
    await expect.poll(status, { timeout: 20_000 }).toMatchObject({
      running: true,
      calls: 2,
      errors: { 'target-not-allowed': 1 },
      targets: { sage: target.url },
    })
    expect(await status()).toMatchObject({
      connection: { state: 'connected', since: expect.any(String) },
      lastHeartbeat: expect.any(String),
      lastCall: expect.any(String),
    })

    agent.kill('SIGTERM')
    expect(await agent.exited).toEqual({ code: 0, signal: null })
    expect(names(agent)).toEqual(['connected', 'stopped'])
    expect(agent.errors).toEqual([])
    expect(await status()).toMatchObject({ running: false, connection: { state: 'stopped' } })
    const beats = await place.heartbeats(2)
    expect(beats.map(({ kind }) => kind)).toEqual(['started', 'leaving'])
    const told = await place.events(1)
    expect(told).toMatchObject([{ kind: 'counts', payload: { hours: [{ counts: { calls: 2 } }] } }])
    const queues = Object.values(place.broker().stats())
    expect(queues.map(({ active, locked, deadLetter }) => active + locked + deadLetter)).toEqual([0, 0, 0, 0])
  })

  it('works on 16 calls at once, and on the next ones after them', async () => {
    const place = await site()
    let most = 0
    const open: (() => void)[] = []
    const target = await targetServer((_request, response) => {
      open.push(() => response.end('ok'))
      most = Math.max(most, open.length)
      if (open.length === 16) for (const answer of open.splice(0)) answer()
    })
    const agent = place.run()
    await connected(agent)
    const replies = await Promise.all(Array.from({ length: 32 }, () => place.call({ url: target.url })))
    expect(replies.every(({ outcome }) => outcome.kind === 'answered')).toBe(true)
    expect(most).toBe(16)
  })

  it('reports what targets do wrong', async () => {
    const place = await site()
    const target = await targetServer((request, response) => {
      if (request.url === '/slow') return
      if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())
        return
      }
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in')
    })
    const agent = place.run()
    await connected(agent)
    const [slow, cut, page] = await Promise.all([
      place.call({ url: target.url, path: '/slow', timeout: 2000 }),
      place.call({ url: target.url, path: '/cut' }),
      place.call({ url: target.url, path: '/page' }),
    ])
    expect(slow.outcome).toMatchObject({ error: { code: 'deadline-exceeded', params: { target: 'sage' } } })
    expect(cut.outcome).toMatchObject({ error: { code: 'response-broken' } })
    expect(page).toMatchObject({ outcome: { status: 200 }, text: '<html>Sign in' })
  })

  it('does not choke on a message that it cannot read', async () => {
    const place = await site()
    const agent = place.run()
    await connected(agent)
    const reply = await place.sendRaw(Buffer.from('not a frame'))
    expect(reply.outcome).toMatchObject({ error: { code: 'message-invalid' } })
    expect((await place.ping()).outcome.kind).toBe('pong')
    await expect.poll(() => place.broker().stats()['agent-t1-agent1']?.deadLetter, soon).toBe(1)
  })

  it('replaces its tokens before they expire, and nobody notices', async () => {
    // Long enough that a busy machine still renews them in time.
    const place = await site({ sessionSeconds: 12 })
    const target = await targetServer((_request, response) => setTimeout(() => response.end('ok'), 300))
    const agent = place.run()
    await connected(agent)
    let calls = 0
    while (place.hub.sessions.length < 3) {
      const reply = await place.call({ url: target.url, method: 'POST', idempotency: 'once' })
      expect(reply.outcome).toMatchObject({ kind: 'answered' })
      calls += 1
    }
    expect(target.seen).toHaveLength(calls)
    expect(names(agent)).toEqual(['connected'])
  })

  it.each([3_600_000, -3_600_000])(
    'works with a clock that differs by %i ms from that of the hub',
    async (ahead) => {
      const place = await site()
      place.hub.ahead = ahead
      const target = await targetServer((request, response) => {
        if (request.url !== '/slow') response.end('ok')
      })
      const agent = place.run()
      await connected(agent)
      const slow = place.call({ url: target.url, path: '/slow', timeout: 2000 })
      expect((await place.call({ url: target.url })).outcome).toMatchObject({ kind: 'answered' })
      expect((await slow).outcome).toMatchObject({ error: { code: 'deadline-exceeded' } })
    },
  )

  it('runs once per folder', async () => {
    const place = await site()
    const first = place.run()
    await connected(first)
    const second = place.run()
    expect(await second.exited).toEqual({ code: 1, signal: null })
    expect(second.errors).toEqual([expect.stringContaining('already runs')])
    expect((await place.ping()).outcome.kind).toBe('pong')
  })

  it('ends at once with the process that started it', async () => {
    const place = await site()
    const agent = place.run({ ipc: true })
    await connected(agent)
    agent.disconnect()
    expect(await agent.exited).toEqual({ code: 0, signal: null })
  })
})
