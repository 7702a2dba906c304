import { join } from 'node:path'
import { type PersonRow, peopleStatsTable, peopleTable, STATS_KEY } from '../functions/hr/people/rows.ts'
import { createPeopleService, type PeopleService } from '../functions/hr/people/service.ts'
import { versionWrite } from '../functions/hr/people/writes.ts'
import { externalToken, personId } from '../functions/hr/rules/person-key.ts'
import { everyone } from '../functions/http/principal.ts'
import { countStore } from '../functions/platform/store/counting.ts'
import type { Store } from '../functions/platform/store/port.ts'
import { openSqliteStore } from '../functions/platform/store/sqlite.ts'
import { systemClock } from '../shared/clock.ts'
import { systemRandom } from '../shared/random.ts'
import { makeFolder, removeFolder } from '../test/folder.ts'

const TENANT = 'tenant00001'
const names = [
  'Gehalt',
  'Müller',
  'Schäfer',
  'Jahresgehalt',
  'Weiß',
  'Becker',
  'Koç',
  'Novák',
  'Richter',
  'Vogel',
]

export interface PeopleFigures {
  readonly what: string
  readonly milliseconds: number
  /** Milliseconds of the processor: what it takes on a machine that does nothing else. */
  readonly processor: number
  readonly transactions: number
  readonly rows: number
}

/** Lists, searches and actions among so many people (A8), with the store's transactions. */
export async function benchPeopleList(count = 100_000): Promise<readonly PeopleFigures[]> {
  const folder = await makeFolder()
  const base = openSqliteStore({ file: join(folder, 'store.db') })
  const counted = countStore(base)
  const figures: PeopleFigures[] = []
  async function measure<T>(what: string, work: () => Promise<T>): Promise<T> {
    counted.reset()
    const start = performance.now()
    const cpu = process.cpuUsage()
    const result = await work()
    const milliseconds = Math.round(10 * (performance.now() - start)) / 10
    const { user, system } = process.cpuUsage(cpu)
    const processor = Math.round((user + system) / 1000)
    const { transactions, rows } = counted.counts()
    figures.push({ what, milliseconds, processor, transactions, rows })
    return result
  }
  try {
    await seed(base, count)
    const parts = { store: counted.store, clock: systemClock, random: systemRandom }
    const people = createPeopleService(parts)
    await measure('first page of 100', () => people.list(TENANT, { limit: 100 }, everyone))
    const cursor = idOf(Math.floor(count / 2))
    await measure('page of 100 in the middle', () => people.list(TENANT, { limit: 100, cursor }, everyone))
    const search = (text: string) => people.list(TENANT, { search: text, limit: 100 }, everyone)
    await measure('first search of this hub instance', () => search('geh'))
    await measure('search for a part of a name, many hits', () => search('geh'))
    await measure('search for one person', () =>
      search(externalToken({ clientNumber: 3, employeeNumber: 77 })),
    )
    await measure('search that finds nobody', () => search('gibtesnicht'))
    await measure('filter: not active', () => people.list(TENANT, { active: false, limit: 100 }, everyone))
    const { group } = await people.groups.create(TENANT, 'Lager')
    const changed = await measure('bring 500 people into a group', () => act(people, group.id, undefined))
    await measure('the first search after a change', () => search('geh'))
    const scope = { kind: 'limited', people: [], groups: [group.id] } as const
    await measure('page of 100 of a group', () =>
      people.list(TENANT, { group: group.id, limit: 100 }, everyone),
    )
    await measure('page of 100 for who is limited to the group', () =>
      people.list(TENANT, { limit: 100 }, scope),
    )
    if (changed.results.filter(({ state }) => state === 'changed').length !== 500) throw new Error('not 500')
  } finally {
    base.close()
    await removeFolder(folder)
  }
  console.log(`\nPeople: lists and searches among ${count.toLocaleString('en')}, SQLite`)
  console.table(figures)
  return figures
}

const act = (people: PeopleService, group: string, cursor: string | undefined) =>
  people.act(TENANT, { kind: 'add-group', group }, { filter: { search: 'gehalt' }, cursor }, everyone)

const idOf = (employeeNumber: number) => personId({ clientNumber: 3, employeeNumber })

async function seed(store: Store, count: number): Promise<void> {
  const people = peopleTable.bind(store)
  const any = { kind: 'any' } as const
  const at = '2026-11-01T00:00:00.000Z'
  for (let from = 1; from <= count; from += 98) {
    const writes = Array.from({ length: Math.min(98, count - from + 1) }, (_, index) => {
      const key = { clientNumber: 3, employeeNumber: from + index }
      const name = names[(from + index) % names.length] ?? ''
      const row: PersonRow = {
        ...key,
        externalToken: externalToken(key),
        firstName: `Vorname${from + index}`,
        lastName: name,
        email: `person${from + index}@muster.example`,
        active: (from + index) % 20 !== 0,
        timeManagement: true,
        accessControl: false,
        locked: false,
        identMedia: [`04A7-${from + index}`],
        groups: [],
        createdAt: at,
        updatedAt: at,
      }
      return people.toPut(personId(key), row, any)
    })
    await store.batch(peopleTable.name, TENANT, [...writes, versionWrite(store, from, writes)])
  }
  await peopleStatsTable.bind(store).put(TENANT, STATS_KEY, { total: count }, any)
}
