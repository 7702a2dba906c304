import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMasterDataService } from '../../../functions/hr/masterdata/service.ts'
import { masterDataSyncJobs } from '../../../functions/hr/masterdata/sync-jobs.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { instantClock } from '../../clock.ts'
import { codesOf, pageOf, runOnce, sageWith, TENANT, undoOnce } from '../job-site.ts'

const reason = (Id: number, Name = `Grund ${Id}`) => ({
  Id,
  Short: 'G',
  Name,
  Color: null,
  Requestable: true,
})

let store: ReturnType<typeof openSqliteStore>
let listed: ReturnType<typeof reason>[]
beforeEach(() => {
  store = openSqliteStore({ file: ':memory:' })
  listed = [reason(1), reason(2), reason(3)]
})
afterEach(() => store.close())

function site() {
  const clock = instantClock()
  const session = {
    get: async (_: string, query?: Readonly<Record<string, string>>) =>
      query ? pageOf(listed, query) : listed,
  }
  const [job] = masterDataSyncJobs({ store, sage: sageWith(session, clock), clock })
  if (!job) throw new Error('no job')
  const entries = async () => {
    const { entries: found } = await createMasterDataService({ store }).list(TENANT, 'absence-reason', {
      limit: 50,
    })
    return found.map((item) => `${item.id} ${item.name} ${item.active}`)
  }
  return { job, entries }
}

describe('undo of a list (F4)', () => {
  it('takes back what was created, changed and deactivated', async () => {
    const { job, entries } = site()
    await runOnce(job)
    const before = await entries()
    listed = [reason(1, 'Urlaub'), reason(2), reason(4)]
    const { changes, counts } = await runOnce(job)
    expect(counts).toMatchObject({ created: 1, updated: 1, deactivated: 1 })
    const dry = await undoOnce(job, changes, { dryRun: true })
    expect(dry.counts).toEqual({ restored: 2, removed: 1, kept: 0, unchanged: 0 })
    expect(codesOf(dry.log)).toContain('entry-would-be-removed')
    expect(await entries()).not.toEqual(before)
    expect((await undoOnce(job, changes)).counts).toEqual(dry.counts)
    expect(await entries()).toEqual(before)
    expect((await undoOnce(job, changes)).counts).toEqual({ restored: 0, removed: 0, kept: 0, unchanged: 3 })
  })

  it('leaves alone what was changed since', async () => {
    const { job, entries } = site()
    await runOnce(job)
    listed = [reason(1, 'Urlaub'), reason(2, 'Krank'), reason(3)]
    const { changes } = await runOnce(job)
    listed = [reason(1, 'Urlaub'), reason(2, 'Krank mit Attest'), reason(3)]
    await runOnce(job)
    const { counts, log } = await undoOnce(job, changes)
    expect(counts).toEqual({ restored: 1, removed: 0, kept: 1, unchanged: 0 })
    expect(codesOf(log)).toContain('entry-changed-since')
    expect(await entries()).toEqual(['1 Grund 1 true', '2 Krank mit Attest true', '3 Grund 3 true'])
  })
})
