import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMasterDataService } from '../../../functions/hr/masterdata/service.ts'
import { masterDataSyncJobs } from '../../../functions/hr/masterdata/sync-jobs.ts'
import { countStore } from '../../../functions/platform/store/counting.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { instantClock } from '../../clock.ts'
import { codesOf, pageOf, runOnce, sageWith, TENANT } from '../job-site.ts'

const NOTHING_WRITTEN = { writes: 0, batches: 0, deletes: 0 }

const reason = (Id: number, Name = `Grund ${Id}`) => ({
  Id,
  Short: `G${Id}`,
  Name,
  Color: null,
  Requestable: true,
})
const input = (Id: number, Active = true) => ({ Id, Description: `Zusatz ${Id}`, Active })

type Lists = { AbsenceReasons: unknown; AdditionalInputs: unknown; PlacesOfWork: unknown }
let store: ReturnType<typeof openSqliteStore>
let lists: Lists
/** Answers to come first, by path; then those of `lists`. */
let before: unknown[]
let counted: ReturnType<typeof countStore>

beforeEach(() => {
  store = openSqliteStore({ file: ':memory:' })
  lists = {
    AbsenceReasons: [reason(1), reason(2)],
    AdditionalInputs: [input(1), input(2, false)],
    PlacesOfWork: [{ Id: 1, Name: 'Büro' }],
  }
  before = []
  counted = countStore(store)
})
afterEach(() => store.close())

function site() {
  const clock = instantClock()
  const session = {
    get: async (path: string, query?: Readonly<Record<string, string>>) => {
      const rows = before.length > 0 ? before.shift() : lists[path.split('/')[1] as keyof Lists]
      return query === undefined || !Array.isArray(rows) ? rows : pageOf(rows, query)
    },
  }
  const [reasons, inputs] = masterDataSyncJobs({
    store: counted.store,
    sage: sageWith(session, clock),
    clock,
  })
  if (!reasons || !inputs) throw new Error('two jobs')
  return { reasons, inputs, service: createMasterDataService({ store }) }
}

const all = { limit: 500 }

describe('absence reasons and additional inputs (A7)', () => {
  it('come with their places of work, and a second run writes nothing', async () => {
    const { reasons, inputs, service } = site()
    const first = await runOnce(reasons)
    expect(first.counts).toEqual({ read: 2, created: 2, updated: 0, deactivated: 0, unchanged: 0 })
    expect(codesOf(first.log).filter((code) => code === 'entry-created')).toHaveLength(2)
    expect((await runOnce(inputs)).counts).toMatchObject({ read: 3, created: 3 })
    expect((await service.list(TENANT, 'absence-reason', all)).entries).toMatchObject([
      { id: 1, name: 'Grund 1', short: 'G1', requestable: true, active: true },
      { id: 2 },
    ])
    const { entries } = await service.list(TENANT, 'additional-input', all)
    expect(entries.map(({ id, active }) => [id, active])).toEqual([
      [1, true],
      [2, false],
    ])
    expect((await service.list(TENANT, 'place-of-work', all)).entries).toMatchObject([{ name: 'Büro' }])

    counted.reset()
    expect((await runOnce(reasons)).counts).toMatchObject({ unchanged: 2 })
    expect((await runOnce(inputs)).counts).toMatchObject({ unchanged: 3 })
    expect(counted.counts()).toMatchObject(NOTHING_WRITTEN)
  })

  it('what disappeared is deactivated, what comes back is active again', async () => {
    const { reasons, service } = site()
    await runOnce(reasons)
    lists.AbsenceReasons = [reason(2, 'Neu')]
    expect((await runOnce(reasons)).counts).toMatchObject({ updated: 1, deactivated: 1 })
    expect(await service.find(TENANT, 'absence-reason', 1)).toMatchObject({ name: 'Grund 1', active: false })
    expect(await service.find(TENANT, 'absence-reason', 2)).toMatchObject({ name: 'Neu', active: true })
    lists.AbsenceReasons = [reason(1), reason(2, 'Neu')]
    expect((await runOnce(reasons)).counts).toMatchObject({ updated: 1, deactivated: 0, unchanged: 1 })
    expect(await service.find(TENANT, 'absence-reason', 1)).toMatchObject({ active: true })
  })

  it.each<[string, () => void, object]>([
    ['a list that is incomplete once', () => before.push([reason(1)]), { deactivated: 0, unchanged: 2 }],
    ['an empty list', () => Object.assign(lists, { AbsenceReasons: [] }), { deactivated: 0, unchanged: 2 }],
  ])('%s removes nothing', async (_, damage, counts) => {
    const { reasons, service } = site()
    await runOnce(reasons)
    damage()
    expect((await runOnce(reasons)).counts).toMatchObject(counts)
    expect((await service.list(TENANT, 'absence-reason', all)).entries.every(({ active }) => active)).toBe(
      true,
    )
  })

  it.each<[string, Partial<Lists>, string]>([
    ['no list', { PlacesOfWork: { Id: 1 } }, 'sage-unexpected-data'],
    [
      'an id twice',
      {
        PlacesOfWork: [
          { Id: 1, Name: 'a' },
          { Id: 1, Name: 'b' },
        ],
      },
      'sage-unexpected-data',
    ],
    [
      'a field of another form',
      { AdditionalInputs: [{ ...input(1), Active: 'ja' }] },
      'sage-unexpected-data',
    ],
  ])('%s: fails and says so', async (_, damage, code) => {
    const { inputs } = site()
    Object.assign(lists, damage)
    await expect(runOnce(inputs)).rejects.toMatchObject({ code })
  })

  it('a dry run says the same and writes nothing', async () => {
    const { reasons, service } = site()
    const dry = await runOnce(reasons, { dryRun: true })
    expect(dry.counts).toMatchObject({ created: 2 })
    expect(counted.counts()).toMatchObject(NOTHING_WRITTEN)
    expect((await service.list(TENANT, 'absence-reason', all)).entries).toEqual([])
  })

  it('are listed in pages', async () => {
    const { reasons, service } = site()
    lists.AbsenceReasons = Array.from({ length: 250 }, (_, index) => reason(index + 1))
    await runOnce(reasons)
    const ids: number[] = []
    let cursor: string | undefined
    do {
      const page = await service.list(TENANT, 'absence-reason', { limit: 100, cursor })
      ids.push(...page.entries.map(({ id }) => id))
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(ids).toEqual(Array.from({ length: 250 }, (_, index) => index + 1))
  })
})
