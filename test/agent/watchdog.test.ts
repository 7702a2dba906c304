import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { behindTls, caFile, withNames } from './network/behind-tls.ts'
import type { AgentProcess } from './process.ts'
import { site } from './site.ts'
import { targetServer } from './target-server.ts'
import { temporaryFolder } from './temporary.ts'

const soon = { timeout: 90_000, interval: 50 }
const names = (agent: AgentProcess) => agent.events.map(({ event }) => event)
const connected = (agent: AgentProcess) => expect.poll(() => names(agent), soon).toContain('connected')
describe('an agent that was cut off', () => {
  it('works again after the process was frozen for longer than its tokens live', {
    timeout: 240_000,
  }, async () => {
    const place = await site({ sessionSeconds: 8, lockSeconds: 5 })
    const target = await targetServer((_request, response) => response.end('ok'))
    const agent = place.run()
    await connected(agent)
    agent.kill('SIGSTOP')
    const expired = Date.now() + 8_000
    const reply = place.call({ url: target.url, timeout: 150_000 })
    await expect.poll(() => Date.now(), soon).toBeGreaterThan(expired)
    agent.kill('SIGCONT')
    expect((await reply).outcome).toMatchObject({ kind: 'answered' })
    expect(target.seen.length).toBeGreaterThan(0)
    expect((await place.ping()).outcome.kind).toBe('pong')
  })

  it('waits while names cannot be resolved, says so, and comes back', { timeout: 240_000 }, async () => {
    const place = await site()
    await behindTls(place)
    const working = join(await temporaryFolder(), 'names')
    await writeFile(working, '')
    const env = { ...withNames, STEG_NAMES: working, NODE_EXTRA_CA_CERTS: await caFile() }
    const agent = place.run({ env })
    await connected(agent)
    await rm(working)
    const asked = place.hub.asked.length
    await place.stopBroker()
    await expect.poll(() => names(agent), soon).toEqual(['connected', 'disconnected'])
    await place.startBroker()
    expect((await Promise.all([place.ping(50_000), writeFile(working, '')]))[0].outcome.kind).toBe('pong')
    expect(names(agent)).toEqual(['connected', 'disconnected', 'connected'])
    expect(place.hub.asked.length - asked).toBeLessThanOrEqual(5)
  })
})
