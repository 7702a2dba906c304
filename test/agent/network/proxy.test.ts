import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TOKEN } from '../fake-hub.ts'
import { type AgentProcess, agentCommand } from '../process.ts'
import { type Site, site } from '../site.ts'
import { targetServer } from '../target-server.ts'
import { temporaryFolder } from '../temporary.ts'
import { behindTls, caFile, withNames } from './behind-tls.ts'
import { startProxy } from './proxy-server.ts'

/** Each starts several processes, and waits for more than one of them. */
const slow = { timeout: 180_000 }
const soon = { timeout: 40_000, interval: 50 }
const names = (agent: AgentProcess) => agent.events.map(({ event }) => event)
const connected = (agent: AgentProcess) => expect.poll(() => names(agent), soon).toContain('connected')
async function status(place: Site) {
  return JSON.parse((await agentCommand(['status', '--dir', place.dir, '--json'])).stdout)
}

describe('an agent behind a proxy', slow, () => {
  it('reaches hub and broker through a proxy with sign-in, by its own settings alone', async () => {
    const place = await site()
    const { hubHost, brokerHost } = await behindTls(place)
    const proxy = await startProxy({ user: 'dienst', password: 'gehe:im/ä' })
    const address = `http://dienst:${encodeURIComponent('gehe:im/ä')}@127.0.0.1:${proxy.port}`
    const set = await agentCommand([
      ...['network', '--dir', place.dir, '--proxy', address, '--ca', await caFile()],
    ])
    expect(set).toMatchObject({ code: 0, stderr: '' })
    expect(set.stdout).toContain(`Proxy: http://***@127.0.0.1:${proxy.port}\n`)
    expect(set.stdout).toContain('Authorities: Steg Test CA\n')

    const target = await targetServer((_request, response) => response.end('ok'))
    const agent = place.run(undefined, ['--log-level', 'debug'])
    await connected(agent)
    expect(await place.call({ url: target.url })).toMatchObject({ text: 'ok' })
    expect(new Set(proxy.asked)).toEqual(new Set([hubHost, brokerHost]))
    expect(proxy.tunnels()).toBe(2)
    const network = { proxy: `http://***@127.0.0.1:${proxy.port}`, ca: ['Steg Test CA'] }
    await expect.poll(() => status(place), soon).toMatchObject({ network, running: true })

    const settings = join(place.dir, 'network.json')
    if (process.platform !== 'win32') expect((await stat(settings)).mode & 0o777).toBe(0o600)
    const shown = [set.stdout, ...agent.errors, JSON.stringify(await status(place))].join('\n')
    for (const secret of ['gehe', 'dienst', Buffer.from('dienst:gehe:im/ä').toString('base64')])
      expect(shown).not.toContain(secret)

    await proxy.close()
    await expect.poll(() => names(agent), soon).toContain('disconnected')
    const gone = () => agent.events.find(({ code }) => code === 'proxy-unreachable')
    await expect.poll(gone, soon).toBeDefined()
    await startProxy({ user: 'dienst', password: 'gehe:im/ä', port: proxy.port })
    await expect.poll(() => names(agent).filter((name) => name === 'connected'), soon).toHaveLength(2)
  })

  it('takes proxy and authorities from the environment, and goes straight where NO_PROXY says so', async () => {
    const place = await site()
    const { hubHost, brokerHost } = await behindTls(place)
    const proxy = await startProxy()
    const common = { ...withNames, NODE_EXTRA_CA_CERTS: await caFile() }
    const env = (more: NodeJS.ProcessEnv) => ({ env: { ...common, ...more } })

    const upper = place.run(env({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }))
    await connected(upper)
    expect(proxy.asked).toEqual([hubHost, brokerHost])
    upper.kill('SIGTERM')
    await upper.exited

    const exceptions = '.other.test, broker.steg.test'
    const half = place.run(env({ https_proxy: `http://127.0.0.1:${proxy.port}`, no_proxy: exceptions }))
    await connected(half)
    expect(proxy.asked).toEqual([hubHost, brokerHost, hubHost])
    half.kill('SIGTERM')
    await half.exited

    const none = place.run(env({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '*.steg.test' }))
    await connected(none)
    expect(proxy.asked).toHaveLength(3)
  })

  it('enrols through the proxy and keeps what it was told; this machine itself only when asked', async () => {
    const place = await site()
    const proxy = await startProxy()
    const dir = join(await temporaryFolder(), 'second')
    const address = `http://127.0.0.1:${proxy.port}`
    const enrol = (...more: string[]) =>
      agentCommand(['enrol', '--hub', place.hub.url, '--dir', dir, '--proxy', address, ...more], {
        env: { STEG_TOKEN: TOKEN },
      })
    expect((await enrol()).code).toBe(1)
    expect(proxy.asked).toEqual([])
    expect(place.hub.asked).toHaveLength(2)
    const refused = await enrol('--ca', join(dir, 'missing.pem'))
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('missing.pem') })
    await agentCommand(['network', '--dir', place.dir, '--proxy', address, '--proxy-loopback'])
    const agent = place.run()
    await connected(agent)
    expect(proxy.asked).toEqual([new URL(place.hub.url).host, `127.0.0.1:${place.brokerPort}`])
    const undone = await agentCommand(['network', '--dir', place.dir, '--proxy', 'none', '--json'])
    expect(JSON.parse(undone.stdout)).toEqual({ proxy: null, ca: [] })
  })

  it('says in one line of the chosen language what to do when the proxy wants to be signed in to', async () => {
    const place = await site()
    await behindTls(place)
    const proxy = await startProxy({ user: 'u', password: 'p' })
    await agentCommand(['network', '--dir', place.dir, '--proxy', `127.0.0.1:${proxy.port}`])
    const agent = place.run({ env: { LANG: 'de' } })
    await expect
      .poll(() => agent.events, soon)
      .toMatchObject([{ event: 'disconnected', code: 'proxy-sign-in' }])
    const shown = async () =>
      (await agentCommand(['status', '--dir', place.dir], { env: { LANG: 'de' } })).stdout
    await expect
      .poll(shown, soon)
      .toMatch(/nicht verbunden .*\(Der Proxy http:.* verlangt Benutzer und Kennwort/)
  })
})
