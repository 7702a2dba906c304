import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPeopleService } from '../../../functions/hr/people/service.ts'
import { peopleSyncJob } from '../../../functions/hr/people/sync-job.ts'
import type { SagePerson } from '../../../functions/hr/rules/sage-data.ts'
import type { SageConnection } from '../../../functions/hr/sage/port.ts'
import { SageProfile } from '../../../functions/hr/sage/profile.ts'
import { everyone } from '../../../functions/http/principal.ts'
import { createJobsService, type StartOptions } from '../../../functions/jobs/service.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { silentLogger } from '../../../shared/log.ts'
import { systemRandom } from '../../../shared/random.ts'
import { instantClock } from '../../clock.ts'
import { dyingStore } from '../../jobs/failing-store.ts'
import { listPeople } from '../../sync/mirror/listing.ts'

const TENANT = 'tenant001'
const JOB = 'SysSageSyncPersonen'

const person = (employeeNumber: number, over: Partial<SagePerson> = {}): SagePerson => ({
  clientNumber: 3,
  employeeNumber,
  firstName: 'Gabi',
  lastName: `Gehalt ${employeeNumber}`,
  active: true,
  timeManagement: true,
  accessControl: false,
  ...over,
})

let base: ReturnType<typeof openSqliteStore>
let listed: SagePerson[]
const clock = instantClock()
beforeEach(() => {
  base = openSqliteStore({ file: ':memory:' })
  listed = Array.from({ length: 150 }, (_, index) => person(index + 1))
})
afterEach(() => base.close())

/** Sage as far as the job sees it, and the hub around the job. */
function hub(store: Store = base) {
  const connection = {
    agentName: 'agent',
    profile: SageProfile.parse({}),
    people: async () => listPeople(listed),
    clock: async () => ({ offsetMinutes: 60, driftMs: 0 }) as Awaited<ReturnType<SageConnection['clock']>>,
  }
  const sage = { connect: async () => connection as unknown as SageConnection }
  return createJobsService({
    store,
    clock,
    definitions: [peopleSyncJob({ store, sage, clock })],
    bus: { send: async () => undefined },
    random: systemRandom,
    log: silentLogger,
  })
}

async function finished(start: Promise<{ id: string }>, by = hub()) {
  const { id } = await start
  await by.work({ tenantId: TENANT, job: JOB, runId: id })
  const run = await hub().run(TENANT, JOB, id)
  const { lines } = await hub().log.page(TENANT, id, { limit: 500 })
  return { run, codes: lines.map(({ code }) => code), lines }
}
const sync = (options?: StartOptions) => finished(hub().start(TENANT, JOB, options))
const undo = (id: string, options?: StartOptions) => finished(hub().undo(TENANT, JOB, id, options))

const peopleService = () => createPeopleService({ store: base, clock, random: systemRandom })
const anyVersion = { ifMatch: undefined, scope: everyone }

/** Everybody, without when they were written. */
async function everybody() {
  const page = await peopleService().list(TENANT, { limit: 500 }, everyone)
  expect(page.total).toBe(page.people.length)
  return page.people.map(({ updatedAt: _, ...rest }) => rest)
}

describe('a dry run (F4)', () => {
  it('says what would change, and changes nothing', async () => {
    await sync()
    const before = await everybody()
    listed = [...listed.slice(1, 149), person(2000), person(2001)]
    listed[0] = person(2, { lastName: 'Neu' })
    const { run, lines } = await sync({ dryRun: true })
    expect(run).toMatchObject({
      state: 'succeeded',
      counts: { read: 150, created: 2, updated: 1, deactivated: 2, unchanged: 147 },
    })
    const about = lines
      .filter(({ code }) => code.startsWith('person-'))
      .map(({ code, params }) => `${code} ${params.token}`)
    expect(about.sort()).toEqual([
      'person-would-be-created 3_2000',
      'person-would-be-created 3_2001',
      'person-would-be-deactivated 3_1',
      'person-would-be-deactivated 3_150',
      'person-would-be-updated 3_2',
    ])
    expect(await everybody()).toEqual(before)
    const { run: real } = await sync()
    expect(real.counts).toEqual(run.counts)
  })

  it('is not held, but says that a real run would be', async () => {
    await sync()
    const before = await everybody()
    listed = []
    const { run, lines } = await sync({ dryRun: true })
    expect(run).toMatchObject({ state: 'succeeded', counts: { deactivated: 150 } })
    expect(run.held).toBeUndefined()
    expect(lines.find(({ code }) => code === 'would-be-held')?.params).toEqual({
      count: 150,
      limit: 15,
      total: 150,
    })
    expect(await everybody()).toEqual(before)
    expect((await sync()).run).toMatchObject({ state: 'failed', error: { code: 'deactivation-guard' } })
  })
})

describe('undoing a synchronisation (F4)', () => {
  async function secondSync() {
    await sync()
    const before = await everybody()
    listed = [...listed.slice(3), ...Array.from({ length: 120 }, (_, index) => person(1000 + index))]
    listed[0] = person(4, { lastName: 'Anders', email: 'a@example.org' })
    const { run } = await sync()
    expect(run.counts).toMatchObject({ created: 120, updated: 1, deactivated: 3 })
    return { before, run }
  }

  it('makes everybody as they were before', async () => {
    const { before, run } = await secondSync()
    const { run: undone, codes } = await undo(run.id)
    expect(undone).toMatchObject({
      state: 'succeeded',
      counts: { restored: 4, removed: 120, kept: 0, unchanged: 0 },
    })
    expect(codes.filter((code) => code === 'person-restored')).toHaveLength(4)
    expect(await everybody()).toEqual(before)
  })

  it('leaves those as they are who were changed since, and names them', async () => {
    const { before, run } = await secondSync()
    const people = peopleService()
    const { group } = await people.groups.create(TENANT, 'Lager')
    await people.edit(TENANT, 's000003-00000004', { locked: true }, anyVersion)
    await people.edit(TENANT, 's000003-00001000', { groups: [group.id] }, anyVersion)
    const { run: undone, lines } = await undo(run.id)
    expect(undone.counts).toEqual({ restored: 3, removed: 119, kept: 2, unchanged: 0 })
    const kept = lines.filter(({ code }) => code === 'person-changed-since').map(({ params }) => params.token)
    expect(kept).toEqual(['3_1000', '3_4'])
    const now = await everybody()
    expect(now).toHaveLength(before.length + 1)
    expect(now.find(({ id }) => id === 's000003-00000004')).toMatchObject({
      lastName: 'Anders',
      locked: true,
    })
  })

  it('can be tried first', async () => {
    const { run } = await secondSync()
    const before = await everybody()
    const { run: tried, codes } = await undo(run.id, { dryRun: true })
    expect(tried.counts).toEqual({ restored: 4, removed: 120, kept: 0, unchanged: 0 })
    expect(codes.filter((code) => code === 'person-would-be-removed')).toHaveLength(120)
    expect(await everybody()).toEqual(before)
  })

  it('twice changes nothing more', async () => {
    const { before, run } = await secondSync()
    await undo(run.id)
    expect((await undo(run.id)).run.counts).toEqual({ restored: 0, removed: 0, kept: 0, unchanged: 124 })
    expect(await everybody()).toEqual(before)
  })

  it('of the first synchronisation leaves nobody', async () => {
    const { run } = await sync()
    await undo(run.id)
    expect(await everybody()).toEqual([])
    await sync()
    expect(await everybody()).toHaveLength(150)
  })

  it('comes to the same end wherever sync and undo were killed', async () => {
    await sync()
    const before = await everybody()
    const first = listed
    for (let n = 5; n < 40; n += 1) {
      listed = [...first.slice(2), person(3000 + n)]
      listed[0] = person(3, { lastName: `Anders ${n}` })
      const run = await killedOnce(hub().start(TENANT, JOB), n)
      await killedOnce(hub().undo(TENANT, JOB, run), n)
      expect(await everybody(), `killed at operation ${n}`).toEqual(before)
    }
  })

  /** The first worker dies at its n-th operation, the second ends the run. */
  async function killedOnce(start: Promise<{ id: string }>, n: number): Promise<string> {
    const { id } = await start
    const message = { tenantId: TENANT, job: JOB, runId: id }
    await hub(dyingStore(base, n, n % 2 === 0 ? 'before' : 'after').store)
      .work(message)
      .catch(() => undefined)
    clock.advance(60_000)
    await hub().work(message)
    await hub().recover()
    expect((await hub().get(TENANT, JOB)).view.status).toBe('idle')
    return id
  }
})
