import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sourceOf } from '../../../functions/hr/masterdata/lists.ts'
import { masterDataTable } from '../../../functions/hr/masterdata/rows.ts'
import { masterDataSyncJobs } from '../../../functions/hr/masterdata/sync-jobs.ts'
import { peopleTable } from '../../../functions/hr/people/rows.ts'
import { peopleSyncJob } from '../../../functions/hr/people/sync-job.ts'
import { readEmployees } from '../../../functions/hr/sage/employees.ts'
import { sageLists } from '../../../functions/hr/sage/list.ts'
import { SageProfile } from '../../../functions/hr/sage/profile.ts'
import { foldTexts } from '../../../functions/jobs/rules/run-texts.ts'
import { jobCounts, jobTexts } from '../../../functions/jobs/rules/texts.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { MAX_LISTED } from '../../../functions/sync/mirror/rules/listing.ts'
import { instantClock } from '../../clock.ts'
import { pageOf, runOnce, sageWith, TENANT } from '../job-site.ts'

const texts = foldTexts([{ lines: jobTexts, counts: jobCounts }])

const person = (AnNr: number, over: object = {}) => ({
  EmployeeKey: { MdNr: 3, AnNr, CombinedKey: `3_${AnNr}`, IsEmpty: false },
  Firstname: 'Gabi',
  Lastname: `Gehalt ${AnNr}`,
  Email: null,
  Active: true,
  TimeManagement: true,
  AccessControl: false,
  Entry: '2020-01-01T00:00:00',
  Exit: null,
  ...over,
})
const reason = (Id: number, over: object = {}) => ({
  Id,
  Short: `G${Id}`,
  Name: `Grund ${Id}`,
  Color: null,
  Requestable: true,
  ...over,
})
const input = (Id: number, over: object = {}) => ({
  Id,
  Description: `Zusatz ${Id}`,
  Active: true,
  ...over,
})
const place = (Id: number, over: object = {}) => ({ Id, Name: `Ort ${Id}`, ...over })

let store: ReturnType<typeof openSqliteStore>
let rows: Record<string, unknown[]>
beforeEach(() => {
  store = openSqliteStore({ file: ':memory:' })
  rows = {
    'Employee/Employees': [1, 2, 3, 4, 5, 6].map((nr) => person(nr)),
    'Time/AbsenceReasons': [1, 2, 3, 4].map((id) => reason(id)),
    'Time/AdditionalInputs': [1, 2, 3, 4].map((id) => input(id)),
    'Time/PlacesOfWork': [1, 2, 3, 4].map((id) => place(id)),
  }
})
afterEach(() => store.close())

function site() {
  const clock = instantClock()
  const profile = SageProfile.parse({})
  const session = {
    async get(path: string, query?: Readonly<Record<string, string>>) {
      if (path === profile.currentTime) return '2026-11-22T08:00:00'
      const listed = rows[path] ?? []
      return query === undefined ? listed : pageOf(listed, query)
    },
  }
  const sage = sageWith(session, clock)
  const [reasons, inputs] = masterDataSyncJobs({ store, sage, clock })
  if (!reasons || !inputs) throw new Error('two jobs')
  const people = peopleSyncJob({ store, sage, clock })
  return {
    'Employee/Employees': people,
    'Time/AbsenceReasons': reasons,
    'Time/AdditionalInputs': inputs,
    'Time/PlacesOfWork': inputs,
  }
}

type Path = keyof ReturnType<typeof site>

/** What stands for each entry: whether it counts as listed, and its name. */
async function kept(path: Path): Promise<readonly string[]> {
  const found: string[] = []
  if (path === 'Employee/Employees') {
    for await (const { value } of peopleTable.bind(store).all(TENANT, { from: 's', to: 't' })) {
      found.push(`${value.externalToken} ${value.lastName} ${value.missing === true ? 'gone' : 'there'}`)
    }
    return found
  }
  const kinds = {
    'Time/AbsenceReasons': 'absence-reason',
    'Time/AdditionalInputs': 'additional-input',
    'Time/PlacesOfWork': 'place-of-work',
  }
  const range = { from: `${kinds[path]}~`, to: `${kinds[path]}~~` }
  for await (const { value } of masterDataTable.bind(store).all(TENANT, range)) {
    const { name, description } = value.fields
    found.push(`${value.id} ${name ?? description} ${value.gone ? 'gone' : 'there'}`)
  }
  return found
}

const long = 'x'.repeat(40_000)
/** An odd row in place of the second one, and what the log says of it. */
const odd: readonly (readonly [string, Path, unknown, object])[] = [
  [
    'no key',
    'Employee/Employees',
    person(2, { EmployeeKey: undefined }),
    { about: 'Gabi Gehalt 2', field: 'EmployeeKey.MdNr' },
  ],
  [
    'an empty key',
    'Employee/Employees',
    person(2, { EmployeeKey: {} }),
    { about: 'Gabi Gehalt 2', field: 'EmployeeKey.MdNr' },
  ],
  [
    'the key 0_0',
    'Employee/Employees',
    person(2, { EmployeeKey: { MdNr: 0, AnNr: 0, CombinedKey: '0_0' } }),
    { about: 'Gabi Gehalt 2', field: 'EmployeeKey.AnNr', value: '0' },
  ],
  [
    'a key that says it is empty',
    'Employee/Employees',
    person(2, { EmployeeKey: { MdNr: 3, AnNr: 2, CombinedKey: '3_2', IsEmpty: true } }),
    { about: 'Gabi Gehalt 2', field: 'EmployeeKey.AnNr' },
  ],
  ['no row at all', 'Employee/Employees', null, { about: '#2', field: 'EmployeeKey.MdNr' }],
  [
    'a name of 40,000 characters',
    'Employee/Employees',
    person(2, { Lastname: long }),
    { about: '3_2', field: 'Lastname', value: `${'x'.repeat(60)}…` },
  ],
  [
    'half a character',
    'Employee/Employees',
    person(2, { Firstname: 'G\ud83d' }),
    { about: '3_2', field: 'Firstname' },
  ],
  [
    'a flag as text',
    'Employee/Employees',
    person(2, { Active: 'true' }),
    { about: '3_2', field: 'Active', value: 'true' },
  ],
  ['no flag', 'Employee/Employees', person(2, { Active: null }), { about: '3_2', field: 'Active' }],
  [
    'a day of another form',
    'Employee/Employees',
    person(2, { Entry: '01.01.2020' }),
    { about: '3_2', field: 'Entry' },
  ],
  ['no number', 'Time/AbsenceReasons', reason(2, { Id: null }), { about: 'Grund 2', field: 'Id' }],
  [
    'a number as text',
    'Time/AbsenceReasons',
    reason(2, { Id: '2' }),
    { about: 'Grund 2', field: 'Id', value: '2' },
  ],
  ['a long name', 'Time/AbsenceReasons', reason(2, { Name: long }), { about: '2', field: 'Name' }],
  ['no name', 'Time/AbsenceReasons', reason(2, { Name: undefined }), { about: '2', field: 'Name' }],
  [
    'a flag as text',
    'Time/AdditionalInputs',
    input(2, { Active: 'ja' }),
    { about: '2', field: 'Active', value: 'ja' },
  ],
  ['no row at all', 'Time/AdditionalInputs', 'x', { about: '#2', field: 'Id' }],
  ['half a character', 'Time/PlacesOfWork', place(2, { Name: '\udc00' }), { about: '2', field: 'Name' }],
  [
    'a negative number',
    'Time/PlacesOfWork',
    place(2, { Id: -2 }),
    { about: 'Ort 2', field: 'Id', value: '-2' },
  ],
]

describe('one row that cannot be understood (issue: bad data never stops good data)', () => {
  it.each(odd)(
    '%s in %s is left out, named, and no disappearance; the rest goes on',
    async (_, path, row, line) => {
      const job = site()[path]
      await runOnce(job)
      const before = await kept(path)
      const list = rows[path] ?? []
      const last = list.pop()
      list[0] =
        path === 'Employee/Employees'
          ? person(1, { Lastname: 'Neu' })
          : { ...(list[0] as object), Name: 'Neu', Description: 'Neu' }
      list[1] = row
      const { counts, log } = await runOnce(job)
      expect(counts).toMatchObject({ updated: 1, created: 0, leftOut: 1 })
      expect(
        log.find(({ code }) => code === 'row-left-out' || code === 'row-lacks-field')?.params,
      ).toMatchObject({
        path,
        ...line,
      })
      const after = await kept(path)
      expect(after[0]).toMatch(/Neu there$/)
      expect(after.slice(1, -1)).toEqual(before.slice(1, -1))
      // Without a key only those are spared that the row could be.
      expect(last).toBeDefined()
      const spared = JSON.stringify(line).includes('#2')
      expect(after.at(-1)).toMatch(spared ? /there$/ : /gone$/)

      rows[path] = [...list.slice(0, 1), ...list.slice(2)]
      await runOnce(job)
      expect((await kept(path))[1]).toMatch(/gone$/)
    },
  )

  it('says so in the result', async () => {
    rows['Employee/Employees']?.push(person(7, { Active: 'x' }))
    const { counts } = await runOnce(site()['Employee/Employees'])
    expect(texts.describeCounts(counts, 'de')).toBe(
      '7 gelesen, 6 angelegt, 0 geändert, 0 deaktiviert, 0 unverändert, 1 ausgelassen',
    )
  })

  it('whose number is too large for any row is left out and spares nobody', async () => {
    const job = site()['Employee/Employees']
    await runOnce(job)
    rows['Employee/Employees'] = [...(rows['Employee/Employees'] ?? []).slice(0, 5), person(123_456_789)]
    const { counts, log } = await runOnce(job)
    expect(counts).toMatchObject({ deactivated: 1, leftOut: 1 })
    expect(log.find(({ code }) => code === 'row-left-out')?.params).toMatchObject({ about: '3_123456789' })
  })

  it.each<Path>(['Employee/Employees', 'Time/AbsenceReasons', 'Time/AdditionalInputs', 'Time/PlacesOfWork'])(
    'a list of %s of which no row is understood is one of another form: nothing is written',
    async (path) => {
      const job = site()[path]
      await runOnce(job)
      const before = await kept(path)
      rows[path] = [{ Nummer: 1 }, { Nummer: 2 }]
      await expect(runOnce(job)).rejects.toMatchObject({ code: 'sage-unexpected-data' })
      expect(await kept(path)).toEqual(before)
    },
  )
})

describe('a row that is listed twice', () => {
  const twice = (row: object) => {
    const list = rows['Employee/Employees'] ?? []
    rows['Employee/Employees'] = [...list.slice(0, 3), row, ...list.slice(3)]
  }

  it('counts once when both say the same', async () => {
    twice(person(2))
    const { counts, log } = await runOnce(site()['Employee/Employees'])
    expect(counts).toMatchObject({ read: 7, created: 6, leftOut: 1 })
    expect(log.find(({ code }) => code === 'row-repeated')?.params).toMatchObject({ about: '3_2' })
  })

  it('counts for nothing when they differ, and stays as it is', async () => {
    const job = site()['Employee/Employees']
    await runOnce(job)
    const before = await kept('Employee/Employees')
    twice(person(2, { Lastname: 'Anders' }))
    const { counts, log } = await runOnce(job)
    expect(counts).toMatchObject({ updated: 0, deactivated: 0, unchanged: 5, leftOut: 2 })
    expect(log.filter(({ code }) => code === 'row-ambiguous')).toHaveLength(2)
    expect(await kept('Employee/Employees')).toEqual(before)
  })

  it('because it moved while the list was read, is no such row: the list is read again', async () => {
    let list = [1, 2, 3, 4, 5].map((nr) => person(nr))
    const profile = SageProfile.parse({ list: { pageSize: 3 } })
    let calls = 0
    const session = {
      get: async (_: string, query?: Readonly<Record<string, string>>) => {
        // The first and the last change places between the first page and the second.
        if (++calls === 2) list = [5, 2, 3, 4, 1].map((nr) => person(nr))
        const skip = Number(query?.['options[Skip]'])
        return { Results: list.slice(skip, skip + 3), Total: list.length }
      },
    }
    const { items, leftOut } = await readEmployees(sageLists(session, profile), profile)
    expect([...items.keys()]).toEqual(['3_5', '3_2', '3_3', '3_4', '3_1'])
    expect(leftOut).toEqual([])
  })
})

describe('a list without end', () => {
  const count = MAX_LISTED + 1

  it('is refused by what its first page announces, without reading on', async () => {
    let calls = 0
    const session = {
      get: async () => {
        calls += 1
        return { Results: [person(1)], Total: 90_000_000 }
      },
    }
    const profile = SageProfile.parse({})
    await expect(readEmployees(sageLists(session, profile), profile)).rejects.toMatchObject({
      code: 'sage-list-too-long',
      params: { path: 'Employee/Employees', count: 90_000_000, limit: MAX_LISTED },
    })
    expect(calls).toBe(1)
  })

  it('is refused when it comes at once', async () => {
    const session = { get: async () => Array.from({ length: count }, () => null) }
    const profile = SageProfile.parse({})
    const lists = sageLists(session, profile)
    await expect(sourceOf('place-of-work', { lists, profile }).read()).rejects.toMatchObject({
      code: 'sage-list-too-long',
    })
  })
})
