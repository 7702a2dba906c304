import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { startTestPlatform, type TestPlatform, temporaryFolder } from './platform.ts'
import { type Api, apiOf, runJob } from './tenant.ts'

/**
 * A data folder that version 0.1.0 of November 2026 left: `npm start --people 40`, bookings sent, waiting and pending,
 * requests for leave sent and pending, a group, a token, a second tenant with a password, an enrolled agent.
 */
const packed = fileURLToPath(new URL('data-folders/2026-11.json.gz', import.meta.url))
const FORMER_HUB = 'http://127.0.0.1:47113'
const AGENT = 'twe0se5z4t69-h467hw8238nq'
const TERMINAL = 'steg_api_twe0se5z4t69_dv3087grc4_7FWmNRmJw3Z6uWGidUQTg3c5F5D2TAgMLUzj0kaxijQ'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let platform: TestPlatform
let demo: Readonly<Record<string, unknown>>
let api: Api

beforeAll(async () => {
  folder = await temporaryFolder()
  const port = await freePort()
  await unpack(folder.path, { [FORMER_HUB]: `http://127.0.0.1:${port}` })
  platform = await startTestPlatform(folder.path, ['--port', String(port), '--people', '40'])
  demo = await platform.program.line('demo')
  api = apiOf(platform.url, String(demo.tenantToken))
})

afterAll(async () => {
  await platform?.program.end('SIGTERM')
  await folder?.remove()
})

/** The former hub's port may be taken here. */
async function unpack(directory: string, replaced: Readonly<Record<string, string>>): Promise<void> {
  const files: Record<string, string> = JSON.parse(gunzipSync(await readFile(packed)).toString())
  for (const [name, content] of Object.entries(files)) {
    let bytes = Buffer.from(content, 'base64')
    if (name.endsWith('.json')) {
      let text = bytes.toString()
      for (const [from, to] of Object.entries(replaced)) text = text.replaceAll(from, to)
      bytes = Buffer.from(text)
    }
    await mkdir(dirname(join(directory, name)), { recursive: true, mode: 0o700 })
    await writeFile(join(directory, name), bytes, { mode: 0o600 })
  }
}

/** What Sage holds, asked of the simulator itself. */
async function inSage(what: 'ledger' | 'absences'): Promise<readonly Record<string, unknown>[]> {
  const answer = await fetch(new URL(`/_control/${what}?limit=1000`, String(demo.sageUrl)))
  return (await answer.json()) as Record<string, unknown>[]
}

it('starts with its people, its agent and its secrets', async () => {
  expect(demo).toMatchObject({ tenantId: 'twe0se5z4t69', people: 40, run: { state: 'succeeded' } })
  const { items } = (await api('GET', '/agents')).body
  expect(items).toMatchObject([{ id: AGENT, name: 'Demo-Server', status: 'connected', category: 'sage' }])
  expect((await apiOf(platform.url, TERMINAL)('GET', '/people')).status).toBe(200)
  expect((await api('GET', '/groups')).body.items).toMatchObject([{ name: 'Montage' }])
  const signedIn = await fetch(`${platform.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: demo.email, password: demo.password }),
  })
  expect(signedIn.status).toBe(200)
})

it('shows the runs of before, with their logs', async () => {
  const { items } = (await api('GET', '/jobs/SysSageExportBuchungen/runs?limit=100')).body
  const first = items.at(-1)
  expect(first).toMatchObject({ state: 'succeeded', counts: { exported: 20 } })
  const log = (await api('GET', `/jobs/SysSageExportBuchungen/runs/${first.id}/log`)).body.items
  expect(log.map(({ message }: { message: string }) => message)).toContain('Finished.')
})

it('goes on with what was open, and sends nothing twice', async () => {
  const bookings = async (state: string) =>
    (await api('GET', `/bookings?state=${state}&limit=100`)).body.items
  expect(await bookings('pending')).toHaveLength(5)
  expect(await bookings('failed')).toMatchObject([{ id: 'wait-0' }])
  expect(await runJob(api, 'SysSageExportBuchungen')).toMatchObject({
    state: 'succeeded',
    counts: { exported: 5 },
  })
  expect(await bookings('exported')).toHaveLength(25)
  expect(await inSage('ledger')).toHaveLength(25)

  expect(await runJob(api, 'SysSageExportAntraege')).toMatchObject({
    state: 'succeeded',
    counts: { exported: 2 },
  })
  const leave = (await api('GET', '/absences?limit=100')).body.items
  expect(leave.map(({ state }: { state: string }) => state)).toEqual(Array(6).fill('requested'))
  expect(await inSage('absences')).toHaveLength(6)
})

/** Runs are kept for 90 days, and the first synchronisation after that has pruned this one. */
const undoable = Date.now() < Date.parse('2027-02-25')

it.skipIf(!undoable)('takes back a run of before (the data are older than 90 days)', async () => {
  const { items } = (await api('GET', '/jobs/SysSageSyncPersonen/runs?limit=100')).body
  const first = items.at(-1)
  expect(first).toMatchObject({ counts: { created: 40 } })
  const undo = await api('POST', `/jobs/SysSageSyncPersonen/runs/${first.id}/undo`, { dryRun: true })
  expect(undo.status).toBe(202)
  await expect
    .poll(async () => (await api('GET', `/jobs/SysSageSyncPersonen/runs/${undo.body.id}`)).body, {
      timeout: 20_000,
    })
    .toMatchObject({ state: 'succeeded', counts: { removed: 40 } })
})
