import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SageSimulator } from '../../infra/local/sage/simulator.ts'
import { startTestPlatform, type TestPlatform, temporaryFolder } from './platform.ts'
import {
  apiOf,
  createTenant,
  enrol,
  runAgent,
  runJob,
  sageVariables,
  setVariables,
  startSage,
  type TestTenant,
} from './tenant.ts'

let platform: TestPlatform
let tenant: TestTenant
let sage: SageSimulator
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  const data = await temporaryFolder()
  platform = await startTestPlatform(data.path)
  tenant = await createTenant(platform)
  sage = await startSage(12)
  cleanups.push(
    data.remove,
    () => platform.program.end('SIGINT'),
    () => sage.close(),
  )
})
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

interface Heard {
  readonly event: string
  readonly id: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers freely and assert what they expect
  readonly data: any
}

/** What an EventSource would hear. */
async function listen(query = '', headers: Record<string, string> = {}) {
  const stopping = new AbortController()
  const response = await fetch(`${platform.url}/api/v1/live${query}`, {
    headers: { authorization: `Bearer ${tenant.token}`, ...headers },
    signal: stopping.signal,
  })
  if (response.status !== 200 || response.body === null) {
    throw new Error(`${response.status} ${await response.text()}`)
  }
  const heard: Heard[] = []
  const over = (async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n')
        text = text.slice(end + 2)
        const field = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
        const event = field('event')
        if (event !== undefined) {
          heard.push({ event, id: field('id') ?? '', data: JSON.parse(field('data') ?? 'null') })
        }
      }
    }
  })().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })
  const last = (event: string) => heard.findLast((one) => one.event === event)?.data
  return { response, heard, last, over, stop: () => stopping.abort() }
}

const openStreams = async () =>
  (await apiOf(platform.url, platform.operatorToken)('GET', '/metrics')).body.live.open

it('shows the moment an agent connects and a run with its log, without being asked again (A4, A6)', async () => {
  await setVariables(tenant.api, sageVariables(sage.url))
  const { response, heard, last, stop } = await listen('?language=de')
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(4)
  expect(last('agents')).toEqual({ items: [] })
  expect(last('setup').steps[1]).toMatchObject({ step: 'agent', state: 'missing' })

  const agent = await runAgent(await enrol(platform, tenant))
  cleanups.push(() => agent.end('SIGKILL'))
  await expect.poll(() => last('agents').items[0]?.status, { timeout: 20_000 }).toBe('connected')
  await expect.poll(() => last('setup').steps[1].state, { timeout: 20_000 }).toBe('done')

  const run = await runJob(tenant.api)
  const watched = await listen(`?topics=jobs&language=de&run=SysSageSyncPersonen/${run.id}`)
  await expect
    .poll(() => watched.last('run'), { timeout: 10_000 })
    .toMatchObject({
      state: 'succeeded',
      counts: { created: 12 },
    })
  const lines = watched.heard.filter(({ event }) => event === 'log').flatMap(({ data }) => data.items)
  const { body } = await tenant.api(
    'GET',
    `/jobs/SysSageSyncPersonen/runs/${run.id}/log?limit=500`,
    undefined,
    {
      'accept-language': 'de',
    },
  )
  expect(lines).toEqual(body.items)
  await expect
    .poll(
      () =>
        last('jobs').items.find(({ token }: { token: string }) => token === 'SysSageSyncPersonen')
          ?.lastResult,
      { timeout: 20_000 },
    )
    .toBe('succeeded')

  const again = await listen('?language=de', { 'last-event-id': heard.at(-1)?.id ?? '' })
  const fresh = await listen('?language=de')
  await expect.poll(() => fresh.heard.length, { timeout: 10_000 }).toBe(4)
  expect(again.heard.map(({ event }) => event)).not.toContain('agents')
  for (const one of [watched, again, fresh]) one.stop()
  stop()
})

it('serves nobody who is not signed in, and nothing of another tenant', async () => {
  const other = await createTenant(platform, 'Other')
  const get = (token: string, query = '') =>
    fetch(`${platform.url}/api/v1/live${query}`, { headers: { authorization: `Bearer ${token}` } })
  expect((await get('steg_api_nobody')).status).toBe(401)
  expect((await get(platform.operatorToken)).status).toBe(403)
  expect((await get(other.token, '?topics=nothing')).status).toBe(400)
  const [run] = (await tenant.api('GET', '/jobs/SysSageSyncPersonen/runs')).body.items
  expect((await get(other.token, `?run=SysSageSyncPersonen/${run.id}`)).status).toBe(404)
})

it('tells nothing more to a token from the moment it is revoked', async () => {
  const made = await tenant.api('POST', '/api-tokens', { name: 'short-lived', roles: ['admin'] })
  expect(made.status).toBe(201)
  const headers = { authorization: `Bearer ${made.body.secret}` }
  const { heard, over } = await listen('?topics=jobs', headers)
  await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(1)
  const began = Date.now()
  await tenant.api('DELETE', `/api-tokens/${made.body.id}`)
  await over
  expect(heard.at(-1)).toMatchObject({ event: 'end', data: { reason: 'signed-out' } })
  // Not with the next look without being told.
  expect(Date.now() - began).toBeLessThan(30_000)
})

it('lets go of 200 listeners that have left', async () => {
  await expect.poll(openStreams, { timeout: 10_000 }).toBe(0)
  for (let round = 0; round < 4; round++) {
    const streams = await Promise.all(Array.from({ length: 50 }, () => listen('?topics=agents')))
    expect(await openStreams()).toBe(50)
    for (const { stop } of streams) stop()
    await Promise.all(streams.map(({ over }) => over))
    await expect.poll(openStreams, { timeout: 10_000 }).toBe(0)
  }
})

it('refuses more streams than one tenant may have, and takes new ones when others have left', async () => {
  const streams = await Promise.all(Array.from({ length: 1_000 }, () => listen('?topics=agents')))
  await expect(listen('?topics=agents')).rejects.toThrow(/^429 .*too-many-streams/)
  streams[0]?.stop()
  await expect.poll(openStreams, { timeout: 10_000 }).toBe(999)
  const late = await listen('?topics=agents')
  for (const { stop } of [...streams, late]) stop()
  await expect.poll(openStreams, { timeout: 10_000 }).toBe(0)
})

it('does not keep the platform from stopping', async () => {
  const { over } = await listen()
  const ended = platform.program.end('SIGINT')
  await expect(over).rejects.toThrow()
  expect(await ended).toBe(0)
  expect(platform.program.errors()).toBe('')
  expect(platform.program.lines.some(({ event }) => event === 'stopping')).toBe(true)
})
