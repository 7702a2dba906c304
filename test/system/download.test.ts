import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPlatform, type TestPlatform, temporaryFolder } from './platform.ts'
import { apiOf, createTenant, runJob, sageVariables, setVariables, startSage } from './tenant.ts'

/** Another Node.js to run the downloaded agent with, e.g. the oldest one that it supports. */
const node = process.env.STEG_AGENT_NODE ?? process.execPath

let platform: TestPlatform
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  const data = await temporaryFolder()
  platform = await startTestPlatform(data.path)
  cleanups.push(data.remove, () => platform.program.end('SIGINT'))
})
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

const download = (headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${platform.url}/api/v1/downloads/agent`, { method, headers })

describe('the agent as a download (A2)', () => {
  it('is one file with its version, checksum and the licences of what is in it', async () => {
    const { body: listed } = await apiOf(platform.url, '')('GET', '/downloads')
    const [{ sha256, bytes, version, url, file }] = listed.items
    expect(url).toBe('/api/v1/downloads/agent')
    const response = await download()
    const content = Buffer.from(await response.arrayBuffer())
    expect(response.status).toBe(200)
    expect(content).toHaveLength(bytes)
    expect(createHash('sha256').update(content).digest('hex')).toBe(sha256)
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${file}"`)
    expect(response.headers.get('x-steg-version')).toBe(version)
    expect(version).toBe(JSON.parse(await readFile('package.json', 'utf8')).version)
    const text = content.toString()
    const bundled = [...text.matchAll(/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//g)].map(([, name]) => name)
    expect(bundled).toContain('@azure/service-bus')
    for (const name of new Set(bundled)) expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'))
    expect(text).not.toContain(process.cwd())
  })

  it('is not sent again to whoever has it', async () => {
    const tag = (await download({}, 'HEAD')).headers.get('etag') ?? ''
    expect((await download({ 'if-none-match': tag })).status).toBe(304)
    expect((await download({ 'if-none-match': `"other", W/${tag}` })).status).toBe(304)
    expect((await download({ 'if-none-match': '"other"' })).status).toBe(200)
  })

  it('runs alone in an empty folder: enrols, connects, and people come through it', async () => {
    const place = await temporaryFolder()
    const sage = await startSage(12)
    cleanups.push(place.remove, () => sage.close())
    const tenant = await createTenant(platform)
    await setVariables(tenant.api, sageVariables(sage.url))
    const file = join(place.path, 'steg-agent.mjs')
    await writeFile(file, Buffer.from(await (await download()).arrayBuffer()))
    expect(await readdir(place.path)).toEqual(['steg-agent.mjs'])

    const state = join(place.path, 'state')
    const { body } = await tenant.api('POST', '/access-tokens', { kind: 'agent-enrolment' })
    const options = { cwd: place.path, env: { PATH: process.env.PATH, STEG_TOKEN: body.secret } }
    const args = [file, 'enrol', '--hub', platform.url, '--dir', state, '--name', 'Downloaded']
    await promisify(execFile)(node, [...args, '--category', 'sage'], options)
    const agent = spawn(node, [file, 'run', '--dir', state, '--json'], {
      ...options,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    cleanups.push(async () => {
      if (agent.exitCode !== null) return
      agent.kill('SIGTERM')
      await once(agent, 'exit')
    })
    for await (const line of createInterface(agent.stdout)) {
      if (JSON.parse(line).event === 'connected') break
    }
    expect(await runJob(tenant.api)).toMatchObject({ state: 'succeeded', counts: { created: 12 } })
    const [shown] = (await tenant.api('GET', '/agents')).body.items
    expect(shown).toMatchObject({ name: 'Downloaded', category: 'sage' })
    agent.kill('SIGTERM')
    expect(await once(agent, 'exit')).toEqual([0, null])
  })
})
