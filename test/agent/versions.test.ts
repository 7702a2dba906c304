import { createPrivateKey, createPublicKey } from 'node:crypto'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { sealPublicKey } from '../../shared/wire/seal.ts'
import { fakeHub, TOKEN } from './fake-hub.ts'
import { type AgentProcess, agentCommand, startAgent } from './process.ts'
import { site } from './site.ts'
import { targetServer } from './target-server.ts'
import { temporaryFolder } from './temporary.ts'

const slow = { timeout: 180_000 }
const soon = { timeout: 60_000, interval: 50 }
const names = (agent: AgentProcess) => agent.events.map(({ event }) => event)
const before = fileURLToPath(new URL('./fixture/state-v1', import.meta.url))

/** A folder as version 0.1.0 left it after enrolling, moved to the hub of a test. */
async function folderOfBefore(hubUrl: string): Promise<{ dir: string; stored: Record<string, string> }> {
  const dir = join(await temporaryFolder(), 'agent')
  await cp(before, dir, { recursive: true })
  const file = join(dir, 'state.json')
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), hub: hubUrl }))
  const read = async (name: string) => [name, await readFile(join(dir, name), 'utf8')] as const
  return { dir, stored: Object.fromEntries(await Promise.all(['key.pem', 'seal-key.pem'].map(read))) }
}

const keyIn = async (name: string) => createPrivateKey(await readFile(join(before, name), 'utf8'))

describe('a state folder of before', slow, () => {
  it('is taken over as it is: the agent connects and makes calls without enrolling again', async () => {
    const place = await site()
    const target = await targetServer((_request, response) => response.end('ok'))
    const { dir, stored } = await folderOfBefore(place.hub.url)
    const { x = '' } = createPublicKey(await keyIn('key.pem')).export({ format: 'jwk' })
    place.hub.know(x, sealPublicKey(await keyIn('seal-key.pem')), await keyIn('hub-seal-key.pem'))
    const asked = place.hub.asked.length
    const agent = startAgent(['run', '--dir', dir, '--json'])
    await expect.poll(() => names(agent), soon).toContain('connected')
    expect(place.hub.asked.slice(asked)).toEqual(['session'])
    expect(place.hub.announced.at(-1)).toMatchObject({ wire: 2, roles: ['sage'], forms: ['http', 'stream'] })
    const refused = await place.call({ url: target.url.replace('127.0.0.1', '192.0.2.7') })
    // What the machine was pinned to, it still is.
    expect(refused.outcome).toMatchObject({
      error: { code: 'target-not-allowed', params: { pinned: 'http://sage.example/hrportalapi' } },
    })
    expect((await place.call({ url: target.url })).text).toBe('ok')
    expect(await readFile(join(dir, 'key.pem'), 'utf8')).toBe(stored['key.pem'])
    agent.kill('SIGTERM')
    expect((await agent.exited).code).toBe(0)
  })
})

describe('a hub of before', slow, () => {
  it('is recognised when a session is opened: the agent says what to do, and goes on asking', async () => {
    const place = await site()
    place.hub.wire = undefined
    const agent = place.run()
    await expect
      .poll(() => agent.events, soon)
      .toContainEqual(expect.objectContaining({ event: 'disconnected', code: 'hub-outdated' }))
    const status = async () => (await agentCommand(['--lang', 'de', 'status', '--dir', place.dir])).stdout
    await expect.poll(status, soon).toContain('Bitte den Hub aktualisieren')
    place.hub.wire = 2
    await expect.poll(() => names(agent), soon).toContain('connected')
  })

  it('is recognised when an agent enrols: it does not understand the request', async () => {
    const hub = await fakeHub()
    hub.intercept = (_request, response) => {
      const problem = { code: 'invalid-request', status: 400, detail: 'category: expected one of …' }
      response.writeHead(400, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
      return true
    }
    const dir = join(await temporaryFolder(), 'agent')
    const enrolling = await agentCommand(['enrol', '--hub', hub.url, '--token', TOKEN, '--dir', dir])
    expect(enrolling.code).toBe(1)
    expect(enrolling.stderr.trim()).toBe(
      `The hub at ${hub.url} is older than this agent and does not understand it. Update the hub, or use the agent that this hub gives out (portal: Connectors › Add agent).`,
    )
    hub.intercept = () => false
    expect((await agentCommand(['enrol', '--hub', hub.url, '--token', TOKEN, '--dir', dir])).code).toBe(0)
  })
})
