import { HttpRequest, InvocationContext } from '@azure/functions'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { httpHandler } from '../../functions/http/handler.ts'
import { jobEndpoints } from '../../functions/jobs/endpoints.ts'
import { orderRoutes } from '../../infra/local/host/http/routes.ts'
import { StegError } from '../../shared/errors/error.ts'
import { knownCallers, plainSite, tenantWith } from '../http/callers.ts'
import { held, jobsSite, TENANT } from './site.ts'

let site: ReturnType<typeof jobsSite>
beforeEach(() => {
  site = jobsSite()
})
afterEach(() => site.close())

const findAgent = async (tenantId: string, agentId: string) => {
  if (tenantId !== TENANT || agentId !== 'here') throw new StegError('not-found', { what: 'agent' })
}

const callers = knownCallers(() => tenantWith(['admin'], TENANT))

async function call(
  id: string,
  options: {
    params?: Record<string, string>
    query?: Record<string, string>
    body?: unknown
    ifMatch?: string
  },
) {
  const endpoint = jobEndpoints(site.hub(), findAgent, { visible: async () => undefined }).find(
    (one) => one.id === id,
  )
  if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
  const request = new HttpRequest({
    url: 'http://localhost/x',
    method: endpoint.method,
    params: options.params ?? {},
    query: options.query ?? {},
    headers: {
      authorization: 'Bearer 12345678',
      ...(options.ifMatch === undefined ? {} : { 'if-match': options.ifMatch }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(options.body === undefined ? {} : { body: { string: JSON.stringify(options.body) } }),
  })
  const answer = await httpHandler(endpoint, callers, plainSite)(request, new InvocationContext())
  if (typeof answer !== 'object' || typeof answer.body !== 'string') throw new Error('no answer')
  const headers = new Headers(answer.headers)
  return {
    status: answer.status,
    body: JSON.parse(answer.body),
    ...(headers.has('etag') ? { etag: headers.get('etag') ?? '' } : {}),
    ...(headers.has('location') ? { location: headers.get('location') } : {}),
  }
}

const schedule = { cron: '0 4 * * 1-5', timeZone: 'Europe/Berlin' }

describe('the place of execution', () => {
  it('is an agent of the tenant', async () => {
    const params = { token: 'One' }
    expect(await call('editJob', { params, body: { agentId: 'here' } })).toMatchObject({
      status: 200,
      body: { agentId: 'here' },
    })
    expect(await call('editJob', { params, body: { agentId: 'elsewhere' } })).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    })
    expect((await call('getJob', { params })).body.agentId).toBe('here')
    expect((await call('editJob', { params, body: { agentId: null } })).body.agentId).toBeNull()
  })
})

describe('the schedule of a job over HTTP', () => {
  it('is set, shown and taken away', async () => {
    const params = { token: 'One' }
    const set = await call('editJob', { params, body: { schedule } })
    expect(set).toMatchObject({ status: 200, body: { schedule, nextRun: '2026-01-06T03:00:00.000Z' } })
    expect((await call('getJob', { params })).body).toMatchObject({
      schedule,
      nextRun: '2026-01-06T03:00:00.000Z',
    })
    expect((await call('listJobs', {})).body.items).toContainEqual(
      expect.objectContaining({ token: 'One', schedule }),
    )
    const cleared = await call('editJob', { params, body: { schedule: null } })
    expect(cleared.body).toMatchObject({ schedule: null, nextRun: null })
  })

  it.each([
    [{ cron: '0 4 * *', timeZone: 'Europe/Berlin' }, 'cron-invalid'],
    [{ cron: '0 4 * * *', timeZone: 'Berlin' }, 'time-zone-unknown'],
    [{ cron: '0 4 31 2 *', timeZone: 'UTC' }, 'schedule-never-due'],
    [{ cron: '0 4 * * *' }, 'invalid-request'],
    ['0 4 * * *', 'invalid-request'],
  ])('%j is refused: %s', async (wrong, code) => {
    const answer = await call('editJob', { params: { token: 'One' }, body: { schedule: wrong } })
    expect(answer).toMatchObject({ status: 400, body: { code } })
  })

  it('can be looked at beforehand', async () => {
    expect(await call('forecastSchedule', { query: schedule })).toEqual({
      status: 200,
      body: {
        items: [
          '2026-01-06T04:00:00+01:00',
          '2026-01-07T04:00:00+01:00',
          '2026-01-08T04:00:00+01:00',
          '2026-01-09T04:00:00+01:00',
          '2026-01-12T04:00:00+01:00',
        ],
        words: 'At 04:00, Monday through Friday',
        clockChanges: [],
      },
    })
    const wrong = await call('forecastSchedule', { query: { ...schedule, cron: '61 * * * *' } })
    expect(wrong).toMatchObject({ status: 400, body: { code: 'cron-invalid' } })
    expect(await call('forecastSchedule', {})).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    })
  })

  it('is looked at under an address that no job token hides, locally and in Azure', () => {
    const routes = jobEndpoints(site.hub(), findAgent, { visible: async () => undefined })
      .filter(({ method }) => method === 'GET')
      .map(({ id, path, method }) => ({ name: id, template: `api/v1${path}`, methods: [method] }))
    const order = orderRoutes(routes).map(({ name }) => name)
    expect(order.indexOf('forecastSchedule')).toBeLessThan(order.indexOf('getJob'))
    expect('forecastSchedule'.toUpperCase() < 'getJob'.toUpperCase()).toBe(true)
  })
})

describe('editing a job over HTTP', () => {
  const params = { token: 'One' }

  it('answers with the ETag that the next edit may name', async () => {
    const first = await call('editJob', { params, body: { position: 7 } })
    expect(first.etag).toBe((await call('getJob', { params })).etag)
    const second = await call('editJob', { params, body: { position: 8 }, ifMatch: first.etag ?? '' })
    expect(second).toMatchObject({ status: 200, body: { position: 8 } })
    expect(await call('editJob', { params, body: { position: 9 }, ifMatch: first.etag ?? '' })).toMatchObject(
      { status: 412, body: { code: 'precondition-failed' } },
    )
  })

  it.each([
    { warningMessage: 'a\u0000b' },
    { warningMessage: '\ud800' },
    { agentId: 'a#b' },
    { agentId: '\udc00' },
  ])('%j is refused', async (body) => {
    expect(await call('editJob', { params, body })).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    })
  })
})

describe('addresses of runs', () => {
  it.each(['a#b', 'a\tb', 'a/b', '\ud800', 'x'.repeat(65)])('%j is not found', async (id) => {
    const params = { token: 'One', id }
    for (const operation of ['getRun', 'getRunLog', 'stopRun', 'releaseRun', 'undoRun']) {
      expect(await call(operation, { params })).toMatchObject({ status: 404, body: { code: 'not-found' } })
    }
    expect(await call('getJob', { params: { token: id } })).toMatchObject({ status: 404 })
  })

  it('come with everything that is accepted', async () => {
    const started = await call('startRun', { params: { token: 'Undoable' } })
    const address = (id: string) => `/api/v1/jobs/Undoable/runs/${id}`
    expect(started.location).toBe(address(started.body.id))
    const params = { token: 'Undoable', id: started.body.id }
    expect(await call('stopRun', { params })).toMatchObject({
      status: 202,
      location: address(started.body.id),
    })
    const undo = await call('undoRun', { params })
    expect(undo.location).toBe(address(undo.body.id))
  })

  it('come with a release', async () => {
    site.behave(async () => {
      throw held()
    })
    const { body } = await call('startRun', { params: { token: 'One' } })
    await site.workAll()
    const released = await call('releaseRun', { params: { token: 'One', id: body.id } })
    expect(released).toMatchObject({ status: 202, location: `/api/v1/jobs/One/runs/${released.body.id}` })
    expect(released.body.id).not.toBe(body.id)
    expect((await call('getRun', { params: { token: 'One', id: body.id } })).body.held).toMatchObject({
      decision: 'released',
    })
  })

  it('end with a rejection, which is not taken back', async () => {
    site.behave(async () => {
      throw held()
    })
    const { body } = await call('startRun', { params: { token: 'One' } })
    await site.workAll()
    const params = { token: 'One', id: body.id }
    expect((await call('getRun', { params })).body.held).toMatchObject({ count: 20, decision: null })
    expect(await call('rejectRun', { params })).toMatchObject({
      status: 200,
      body: { state: 'failed', held: { decision: 'rejected' } },
    })
    for (const id of ['releaseRun', 'rejectRun']) {
      expect(await call(id, { params })).toMatchObject({ status: 409, body: { code: 'run-not-held' } })
    }
    expect((await call('listRuns', { params })).body.items).toHaveLength(1)
  })

  it('lead to a log that refuses a cursor of something else', async () => {
    const { body } = await call('startRun', { params: { token: 'One' } })
    const answer = await call('getRunLog', {
      params: { token: 'One', id: body.id },
      query: { cursor: 'nonsense' },
    })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
  })
})

describe('runs of subjects over HTTP', () => {
  const params = { token: 'Mail' }
  const query = { subject: 'box' }

  it('are named by the subject in the query, everywhere', async () => {
    await site.hub().edit(TENANT, 'Mail', { schedule: { everySeconds: 300 } }, undefined, 'box')
    const started = await call('startRun', { params, query })
    const id = started.body.id
    expect(started).toMatchObject({
      status: 202,
      location: `/api/v1/jobs/Mail/runs/${id}?subject=box`,
      body: { subject: 'box', progress: null },
    })
    site.behaveSubject(async ({ progress }) => {
      await progress({ done: 3, total: 9 })
      throw held()
    })
    await site.workAll()
    const run = { params: { token: 'Mail', id }, query }
    expect((await call('getRun', run)).body).toMatchObject({ progress: { done: 3, total: 9 } })
    expect((await call('getRunLog', run)).body.items).toHaveLength(2)
    expect((await call('listRuns', { params, query })).body.items).toHaveLength(1)
    expect((await call('getJob', { params, query })).body).toMatchObject({
      subject: 'box',
      schedule: { everySeconds: 300 },
      quiet: null,
    })
    const released = await call('releaseRun', run)
    expect(released).toMatchObject({ status: 202, body: { subject: 'box', trigger: 'release' } })
    const second = { params: { token: 'Mail', id: released.body.id }, query }
    expect(await call('stopRun', second)).toMatchObject({ status: 202, body: { state: 'stopped' } })
    expect(await call('undoRun', second)).toMatchObject({ status: 202, body: { trigger: 'undo' } })
    expect(await call('rejectRun', second)).toMatchObject({ status: 409, body: { code: 'run-not-held' } })
  })

  it.each(['', 'a/b', 'x'.repeat(65)])('with the subject %j are refused', async (subject) => {
    expect(await call('startRun', { params, query: { subject } })).toMatchObject({ status: 400 })
  })

  it('need the subject, one that is there, and none for other jobs', async () => {
    expect(await call('startRun', { params })).toMatchObject({ status: 404 })
    expect(await call('startRun', { params, query })).toMatchObject({ status: 404 })
    expect(await call('getJob', { params, query })).toMatchObject({ status: 404 })
    expect(await call('startRun', { params: { token: 'One' }, query })).toMatchObject({ status: 404 })
  })
})

describe('schedules by interval over HTTP', () => {
  const params = { token: 'One' }

  it('are set and shown', async () => {
    const set = await call('editJob', { params, body: { schedule: { everySeconds: 900 } } })
    expect(set).toMatchObject({ status: 200, body: { schedule: { everySeconds: 900 } } })
    expect(Date.parse(set.body.nextRun) - site.clock.now()).toBeLessThanOrEqual(900_000)
  })

  it.each([59, 604_801, 90.5, '90'])('%j is refused', async (everySeconds) => {
    const answer = await call('editJob', { params, body: { schedule: { everySeconds } } })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
  })
})

describe('starting a run over HTTP', () => {
  const params = { token: 'One' }

  it.each([
    ['without a body', undefined, false],
    ['with an empty object', {}, false],
    ['as a dry run', { dryRun: true }, true],
  ])('%s', async (_, body, dryRun) => {
    const started = await call('startRun', { params, body })
    expect(started).toMatchObject({
      status: 202,
      body: { state: 'queued', trigger: 'manual', dryRun, undoes: null },
    })
  })

  it('with anything else is refused', async () => {
    for (const body of [{ dryRun: 'yes' }, { dry: true }, []]) {
      expect(await call('startRun', { params, body })).toMatchObject({
        status: 400,
        body: { code: 'invalid-request' },
      })
    }
  })

  it('shows what undoes what', async () => {
    const { body } = await call('startRun', { params: { token: 'Undoable' } })
    await site.workAll()
    const undo = await call('undoRun', { params: { token: 'Undoable', id: body.id } })
    expect(undo).toMatchObject({ status: 202, body: { trigger: 'undo', undoes: body.id } })
  })
})
