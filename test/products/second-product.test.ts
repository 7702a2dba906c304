import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentEventRoutes } from '../../functions/compose/agent-events.ts'
import { products } from '../../functions/compose/products.ts'
import { tablesOf } from '../../functions/compose/tables.ts'
import { httpHandler } from '../../functions/http/handler.ts'
import { openApiDocument } from '../../functions/http/openapi.ts'
import { type RunRow, runsTable } from '../../functions/jobs/rows.ts'
import { runId, runKey } from '../../functions/jobs/rules/run-key.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import type { House, Product } from '../../functions/products/port.ts'
import { makeFolder, removeFolder } from '../folder.ts'
import { type ComposedHub, composeHub, OPERATOR_TOKEN } from '../http/composed-hub.ts'
import { fakeContext, fakeRequest } from '../http/request.ts'
import { gardens } from './gardens.ts'

let folder: string
let hub: ComposedHub
let owner: string
let tenantId: string
let file: string
let house: House
const observed: Product = {
  ...gardens,
  open(given) {
    house = given
    return gardens.open(given)
  },
}

beforeAll(async () => {
  folder = await makeFolder()
  file = join(folder, 'store.db')
  hub = await hubWith([...products, observed])
  const created = await ask(OPERATOR_TOKEN, 'createTenant', {}, { name: 'Muster' })
  owner = created.body.apiToken
  tenantId = created.body.id
}, 60_000)

afterAll(async () => {
  await hub?.close()
  await removeFolder(folder)
})

const hubWith = (offered: readonly Product[]) => composeHub(file, offered)

async function ask(token: string, id: string, params: Record<string, string> = {}, body?: unknown) {
  const endpoint = hub.endpoints.find((one) => one.id === id)
  if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
  const handler = httpHandler(endpoint, hub.authentication, hub.site, hub.audit)
  const request = fakeRequest({
    method: endpoint.method,
    params,
    headers: {
      authorization: `Bearer ${token}`,
      'accept-language': 'de',
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const { status, body: text } = (await handler(request, fakeContext())) as { status: number; body?: string }
  return { status, body: text === undefined || text === '' ? undefined : JSON.parse(text) }
}

const plant = (id: string, owner_: string) =>
  ask(owner, 'plantBed', {}, { id, flower: 'Rose', owner: owner_ })

describe('a second product', () => {
  it('has tables, beside those of all others', () => {
    const tables = tablesOf([...products, gardens])
    expect(tables).toContain('GardenBeds')
    expect(new Set(tables).size).toBe(tables.length)
  })

  it('has endpoints in the API and its description, which keep rows', async () => {
    expect((await plant('b1', '1_1')).status).toBe(201)
    expect((await plant('b2', '1_2')).status).toBe(201)
    expect(openApiDocument(hub.endpoints, '0')).toMatchObject({
      paths: { '/api/v1/garden-beds': { post: { operationId: 'plantBed' } }, '/api/v1/people': {} },
    })
  })

  it('is given what all share: jobs once every product is open, and secrets of accounts', async () => {
    const own = await house.jobs().get(tenantId, 'GardenWater')
    expect(own.view).toMatchObject({ token: 'GardenWater', category: 'Garden', position: 300 })
    const account = { tenantId, kind: 'account', id: 'gardener' } as const
    await house.credentials.set(account, { secrets: { password: 'Gießkanne' } })
    expect((await house.credentials.open(account)).secrets).toEqual({ password: 'Gießkanne' })
  })

  it('takes in what agents report to it', async () => {
    const metrics = { receive: async () => undefined }
    const { soil } = agentEventRoutes(metrics, [undefined, gardens.open(house).events])
    await soil?.({ tenantId: 'garden0001', agentId: 'garden0001-a', id: 'e', at: 1, payload: { bed: 'b9' } })
    const { rows } = await house.store.query('GardenBeds', 'garden0001')
    expect(rows.map(({ key }) => key)).toEqual(['b9'])
  })

  it('has endpoints that need an article', async () => {
    const never = { active: false, validUntil: null }
    const orders = { terminalConnection: never, mobileApp: never, accessControl: never }
    // A tenant of its own: what is licensed is remembered for a while.
    const other = (await ask(OPERATOR_TOKEN, 'createTenant', {}, { name: 'Anderes' })).body
    await ask(OPERATOR_TOKEN, 'setLicence', { tenantId: other.id }, orders)
    const refused = await ask(other.apiToken, 'plantBed', {}, { id: 'x', flower: 'x', owner: 'x' })
    expect(refused.body.code).toBe('article-inactive')
  })

  it('has variables with checks of their own', async () => {
    const names = (await ask(owner, 'listVariables')).body.items.map(({ name }: { name: string }) => name)
    expect(names).toEqual([
      'Mandant.Sage.BaseUrl',
      'Mandant.Sage.Username',
      'Mandant.Sage.Password',
      'Garden.PumpAddress',
    ])
    const set = (value: string) => ask(owner, 'setVariable', { name: 'Garden.PumpAddress' }, { value })
    expect((await set('no address')).body.code).toBe('variable-invalid')
    expect((await set('http://pump')).status).toBe(200)
  })

  it('has jobs, whose lines and counts are told in both languages, and to each what may be told', async () => {
    const token = 'GardenWater'
    const jobs = (await ask(owner, 'listJobs')).body.items.map((job: { token: string }) => job.token)
    expect(jobs.at(-1)).toBe(token)
    const id = runId(Date.now(), 'abcdef')
    const run: RunRow = {
      id,
      job: token,
      state: 'queued',
      trigger: 'manual',
      queuedAt: 1,
      attempts: 0,
      counts: {},
    }
    const store = openSqliteStore({ file })
    await runsTable.bind(store).put(tenantId, runKey(token, id), run, { kind: 'absent' })
    store.close()
    await hub.work({ tenantId, job: token, runId: id }, undefined)
    expect((await ask(owner, 'getRun', { token, id })).body).toMatchObject({
      state: 'succeeded',
      message: '2 Beete',
    })
    const told = async (caller: string) =>
      (await ask(caller, 'getRunLog', { token, id })).body.items.map(
        ({ message }: { message: string }) => message,
      )
    expect(await told(owner)).toEqual([
      'Gestartet (Versuch 1).',
      '2 Beete bepflanzt.',
      '1_1: Rose gegossen.',
      '1_2: Rose gegossen.',
      'Die Pumpe sagt: at http://pump: call Rosa',
      'Beendet.',
    ])
    const scope = { people: ['1_1'], groups: [] }
    const limited = (await ask(owner, 'createApiToken', {}, { name: 'l', roles: ['admin'], scope })).body
      .secret
    expect(await told(limited)).toEqual([
      'Gestartet (Versuch 1).',
      '2 Beete bepflanzt.',
      '1_1: Rose gegossen.',
      'Beendet.',
    ])
  })

  it('has steps of setting up beside those of the others', async () => {
    const setup = (await ask(owner, 'getSetup')).body
    expect(setup.steps.map(({ step }: { step: string }) => step)).toEqual([
      'variables',
      'agent',
      'jobs',
      'people',
      'pump',
    ])
    expect(setup).toMatchObject({ people: 0, beds: 2, failures: { dryBeds: 0, bookings: { count: 0 } } })
    // What Sage needs is not what this product needs, although both say it with the same code.
    expect(setup.steps[0].next).toMatchObject({ code: 'set-variables', title: 'Zugang zu Sage eintragen' })
    expect(setup.steps[4]).toEqual({ step: 'pump', state: 'done', next: null })
    const other = (await ask(OPERATOR_TOKEN, 'createTenant', {}, { name: 'Leer' })).body.apiToken
    expect((await ask(other, 'getSetup')).body.steps[4].next).toMatchObject({
      code: 'set-variables',
      title: 'Pumpe einrichten',
      detail: 'Noch kein Wert: Garden.PumpAddress.',
    })
  })

  it('has topics that streams tell about', async () => {
    const live = hub.pages.find(({ id }) => id === 'live')
    const request = fakeRequest({
      path: '/api/v1/live?topics=gardens',
      headers: { authorization: `Bearer ${owner}` },
    })
    const response = (await live?.handler(request, fakeContext())) as { body: ReadableStream<Uint8Array> }
    const reader = response.body.getReader()
    let text = ''
    while (!text.includes('event: gardens')) text += Buffer.from((await reader.read()).value ?? []).toString()
    expect(text).toContain('data: {"beds":2}')
    await reader.cancel()
  })

  it('has pages', async () => {
    const portal = hub.pages.find(({ id }) => id === 'zPortalOrNothing')
    const open = async (path: string) =>
      ((await portal?.handler(fakeRequest({ path }), fakeContext())) as { status?: number } | undefined)
        ?.status
    expect(await open('/nowhere')).toBe(404)
    expect(await open('/gardens/1')).not.toBe(404)
  })

  it('stands without the first, and without anybody who keeps people', async () => {
    const both = hub
    hub = await hubWith([gardens])
    try {
      const names = (await ask(owner, 'listVariables')).body.items.map(({ name }: { name: string }) => name)
      expect(names).toEqual(['Garden.PumpAddress'])
      expect((await ask(owner, 'getSetup')).body.steps.map(({ step }: { step: string }) => step)).toEqual([
        'pump',
      ])
      const limited = (groups: string[]) =>
        ask(owner, 'createApiToken', {}, { name: 'x', roles: ['admin'], scope: { people: ['1_1'], groups } })
      expect((await limited(['nobody'])).body.code).toBe('group-unknown')
      const token = 'GardenWater'
      const [run] = (await ask(owner, 'listRuns', { token })).body.items
      const seen = await ask((await limited([])).body.secret, 'getRunLog', { token, id: run.id })
      expect(seen.body.items.map(({ code }: { code: string }) => code)).toEqual([
        'started',
        'beds-planted',
        'finished',
      ])
    } finally {
      await hub.close()
      hub = both
    }
  })
})
