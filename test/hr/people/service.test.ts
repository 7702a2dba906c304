import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PeopleFilter } from '../../../functions/hr/people/listing.ts'
import { peopleMirror } from '../../../functions/hr/people/mirror.ts'
import { peopleRules } from '../../../functions/hr/people/rules/plan.ts'
import { createPeopleService } from '../../../functions/hr/people/service.ts'
import { personId } from '../../../functions/hr/rules/person-key.ts'
import type { SagePerson } from '../../../functions/hr/rules/sage-data.ts'
import { everyone, type Scope } from '../../../functions/http/principal.ts'
import { countStore } from '../../../functions/platform/store/counting.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { loadRows } from '../../../functions/sync/kept-rows.ts'
import { planMirror } from '../../../functions/sync/mirror/rules/plan.ts'
import { writeActions } from '../../../functions/sync/mirror/write.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { systemRandom } from '../../../shared/random.ts'
import { instantClock } from '../../clock.ts'
import { listPeople } from '../../sync/mirror/listing.ts'

const TENANT = 'tenant001'
const clock = instantClock()
const anyone = { ifMatch: undefined, scope: everyone }

let base: ReturnType<typeof openSqliteStore>
let counted: ReturnType<typeof countStore>
beforeEach(() => {
  base = openSqliteStore({ file: ':memory:' })
  counted = countStore(base)
})
afterEach(() => base.close())

/** What one hub instance is. */
const instance = (store: Store = counted.store) => createPeopleService({ store, clock, random: systemRandom })

const names = ['Gehalt', 'Müller', 'Jahresgehalt', 'Weiß']
const person = (employeeNumber: number, over: Partial<SagePerson> = {}): SagePerson => ({
  clientNumber: 3,
  employeeNumber,
  lastName: names[employeeNumber % names.length],
  active: employeeNumber % 5 !== 0,
  timeManagement: true,
  accessControl: false,
  ...over,
})
const idOf = (employeeNumber: number) => personId({ clientNumber: 3, employeeNumber })
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** What a synchronisation does with this list. */
async function sync(listed: readonly SagePerson[], store: Store = base) {
  const parts = { store, clock, tenantId: TENANT }
  const loaded = await loadRows(parts, peopleMirror)
  const known = new Map(Array.from(loaded, ([key, { value }]) => [key, value]))
  const plan = planMirror(listPeople(listed), known, peopleRules)
  await writeActions(parts, peopleMirror, loaded, plan.actions, {
    record: async () => undefined,
    onWritten: () => undefined,
    signal: new AbortController().signal,
  })
  return plan
}

async function pages(people: ReturnType<typeof instance>, filter: PeopleFilter, scope: Scope, limit: number) {
  const found: string[] = []
  const totals = new Set<number>()
  let cursor: string | undefined
  do {
    const page = await people.list(TENANT, { ...filter, limit, cursor }, scope)
    expect(page.people.length).toBeLessThanOrEqual(limit)
    found.push(...page.people.map(({ id }) => id))
    totals.add(page.total)
    cursor = page.cursor
  } while (cursor !== undefined)
  expect([...totals]).toEqual([found.length])
  return found
}

describe('what the tenant leads (A8)', () => {
  it('stays whatever a synchronisation brings', async () => {
    await sync(range(3).map((n) => person(n)))
    const people = instance()
    const { group } = await people.groups.create(TENANT, 'Lager')
    const own = { locked: true, identMedia: ['04A7'], groups: [group.id] }
    await people.edit(TENANT, idOf(1), own, anyone)
    await sync([person(1, { lastName: 'Neu', active: false, accessControl: true }), person(2), person(3)])
    expect((await people.get(TENANT, idOf(1), everyone)).person).toMatchObject({ ...own, lastName: 'Neu' })
    await sync([person(2), person(3)])
    expect((await people.get(TENANT, idOf(1), everyone)).person).toMatchObject({ ...own, missing: true })
    await sync(range(3).map((n) => person(n)))
    expect((await people.get(TENANT, idOf(1), everyone)).person).toMatchObject({
      ...own,
      active: true,
    })
  })

  it('stays also when it is changed between reading and writing of a synchronisation', async () => {
    await sync(range(3).map((n) => person(n)))
    let edited = false
    const racing: Store = {
      ...base,
      async batch(...call) {
        if (!edited) {
          edited = true
          await instance(base).edit(TENANT, idOf(1), { locked: true, identMedia: ['X'] }, anyone)
        }
        return base.batch(...call)
      },
    }
    await sync(
      range(3).map((n) => person(n, { lastName: 'Neu' })),
      racing,
    )
    expect((await instance().get(TENANT, idOf(1), everyone)).person).toMatchObject({
      locked: true,
      identMedia: ['X'],
      lastName: 'Neu',
    })
  })

  it('is changed only as it was read when If-Match says so', async () => {
    await sync([person(1)])
    const people = instance()
    const { etag } = await people.get(TENANT, idOf(1), everyone)
    await people.edit(TENANT, idOf(1), { locked: true }, { ifMatch: etag, scope: everyone })
    const again = people.edit(TENANT, idOf(1), { locked: false }, { ifMatch: etag, scope: everyone })
    await expect(again).rejects.toMatchObject({ code: 'store-conflict' })
    expect((await people.get(TENANT, idOf(1), everyone)).person.locked).toBe(true)
  })

  it('gives an ident medium to one person at a time', async () => {
    await sync(range(2).map((n) => person(n)))
    const people = instance()
    await people.edit(TENANT, idOf(1), { identMedia: ['A', 'B'] }, anyone)
    const taken = people.edit(TENANT, idOf(2), { identMedia: ['B'] }, anyone)
    await expect(taken).rejects.toMatchObject({ code: 'ident-medium-taken', params: { medium: 'B' } })
    await people.edit(TENANT, idOf(1), { identMedia: ['A'] }, anyone)
    await people.edit(TENANT, idOf(2), { identMedia: ['B'] }, anyone)
    expect(await pages(people, { search: 'b', group: undefined }, everyone, 9)).toEqual([idOf(2)])
  })
})

describe('groups', () => {
  it('have names of their own, and go only when they are empty', async () => {
    await sync([person(1)])
    const people = instance()
    const { group } = await people.groups.create(TENANT, 'Lager')
    await expect(people.groups.create(TENANT, 'LAGER')).rejects.toMatchObject({ code: 'group-exists' })
    const { group: other } = await people.groups.create(TENANT, 'Büro')
    await expect(people.groups.rename(TENANT, other.id, 'lager', undefined)).rejects.toMatchObject({
      code: 'group-exists',
    })
    await people.groups.rename(TENANT, group.id, 'lager', undefined)
    await people.groups.rename(TENANT, group.id, 'Versand', undefined)
    await people.groups.create(TENANT, 'Lager')
    await people.edit(TENANT, idOf(1), { groups: [group.id] }, anyone)
    await expect(people.groups.remove(TENANT, group.id)).rejects.toMatchObject({ code: 'group-not-empty' })
    expect(await pages(people, { search: 'versand' }, everyone, 9)).toEqual([idOf(1)])
    await people.edit(TENANT, idOf(1), { groups: [] }, anyone)
    await people.groups.remove(TENANT, group.id)
    expect((await people.groups.list(TENANT)).map(({ name }) => name)).toEqual(['Büro', 'Lager'])
    const gone = people.edit(TENANT, idOf(1), { groups: [group.id] }, anyone)
    await expect(gone).rejects.toMatchObject({ code: 'group-unknown' })
  })
})

describe('lists', () => {
  it('show on their pages exactly those who fit, whatever the filter and whoever asks', async () => {
    await sync(range(120).map((n) => person(n)))
    const people = instance()
    const groups = await Promise.all(
      ['Lager', 'Büro'].map(async (name) => (await people.groups.create(TENANT, name)).group.id),
    )
    for (const [index, group] of groups.entries()) {
      const ids = range(120 / (index + 2)).map((n) => idOf(n * (index + 2)))
      await people.act(TENANT, { kind: 'add-group', group }, { ids }, everyone)
    }
    await people.act(TENANT, { kind: 'lock' }, { ids: range(17).map((n) => idOf(n * 7)) }, everyone)
    await sync(range(110).map((n) => person(n)))
    const all = (await people.list(TENANT, { limit: 500 }, everyone)).people
    expect(all).toHaveLength(120)

    const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
    const scopes = fc.oneof(
      fc.constant(everyone),
      fc.record({
        kind: fc.constant('limited' as const),
        people: fc.subarray(['3_1', '3_6', '3_33', '9_9', 'x']),
        groups: fc.subarray(groups),
      }),
    )
    const filters = fc.record({
      search: maybe(['geh', 'muell', '3_1', 'lager', 'niemand', ' ']),
      active: maybe([true, false]),
      missing: maybe([true, false]),
      locked: maybe([true, false]),
      group: maybe(groups),
    })
    const texts: Record<string, (one: (typeof all)[number]) => boolean> = {
      geh: ({ lastName }) => /gehalt/i.test(lastName ?? ''),
      muell: ({ lastName }) => lastName === 'Müller',
      '3_1': (one) => one.externalToken.includes('3_1'),
      lager: (one) => one.groups.includes(groups[0] ?? ''),
      niemand: () => false,
      ' ': () => true,
    }
    await fc.assert(
      fc.asyncProperty(filters, scopes, fc.integer({ min: 1, max: 130 }), async (filter, scope, limit) => {
        const expected = all.filter(
          (one) =>
            (filter.search === undefined || texts[filter.search]?.(one)) &&
            (filter.active ?? one.active) === one.active &&
            (filter.missing ?? one.missing ?? false) === (one.missing ?? false) &&
            (filter.locked ?? one.locked) === one.locked &&
            (filter.group === undefined || one.groups.includes(filter.group)) &&
            (scope.kind === 'everyone' ||
              scope.people.includes(one.externalToken) ||
              one.groups.some((group) => scope.groups.includes(group))),
        )
        expect(await pages(people, filter, scope, limit)).toEqual(expected.map(({ id }) => id))
      }),
      { numRuns: 150 },
    )
  })

  it('of another hub instance are up to date after every kind of change', async () => {
    await sync(range(10).map((n) => person(n)))
    const reader = instance()
    const count = async (filter: PeopleFilter) =>
      (await reader.list(TENANT, { ...filter, limit: 1 }, everyone)).total
    expect(await count({ locked: true })).toBe(0)
    await instance().edit(TENANT, idOf(1), { locked: true }, anyone)
    expect(await count({ locked: true })).toBe(1)
    await instance().act(TENANT, { kind: 'lock' }, { ids: [idOf(2), idOf(3)] }, everyone)
    expect(await count({ locked: true })).toBe(3)
    await sync(range(9).map((n) => person(n, { lastName: 'Neu' })))
    expect(await count({ search: 'neu' })).toBe(9)
    expect(await count({ missing: true })).toBe(1)
  })

  it('cost two transactions for a page, and a search three while nobody changes', async () => {
    await sync(range(300).map((n) => person(n)))
    const people = instance()
    const cost = async (query: PeopleFilter) => {
      counted.reset()
      await people.list(TENANT, { ...query, limit: 50 }, everyone)
      return counted.counts().transactions
    }
    expect(await cost({})).toBe(2)
    await cost({ search: 'geh' })
    expect(await cost({ search: 'geh' })).toBe(3)
    expect(await cost({ search: 'niemand' })).toBe(2)
  })
})

describe('actions on many', () => {
  const act = (over: { cursor?: string | undefined; search?: string } = {}, store?: Store) =>
    instance(store).act(
      TENANT,
      { kind: 'lock' },
      { filter: { search: over.search ?? 'gehalt' }, cursor: over.cursor },
      everyone,
    )

  it('report everybody once, page by page, and change nothing when repeated', async () => {
    await sync(range(2400).map((n) => person(n)))
    const states: string[] = []
    let cursor: string | undefined
    do {
      const page = await act({ cursor })
      expect(page.total).toBe(1200)
      states.push(...page.results.map(({ state }) => state))
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(states).toEqual(Array.from({ length: 1200 }, () => 'changed'))
    expect((await act()).results.every(({ state }) => state === 'unchanged')).toBe(true)
    const people = instance()
    expect((await people.list(TENANT, { locked: true, limit: 1 }, everyone)).total).toBe(1200)
  })

  it('take people out of the group that they are found by', async () => {
    await sync(range(1200).map((n) => person(n)))
    const people = instance()
    const { group } = await people.groups.create(TENANT, 'Alle')
    const run = async (kind: 'add-group' | 'remove-group', filter: PeopleFilter) => {
      let cursor: string | undefined
      do {
        cursor = (await people.act(TENANT, { kind, group: group.id }, { filter, cursor }, everyone)).cursor
      } while (cursor !== undefined)
    }
    await run('add-group', {})
    expect((await people.list(TENANT, { group: group.id, limit: 1 }, everyone)).total).toBe(1200)
    await run('remove-group', { group: group.id })
    expect((await people.list(TENANT, { group: group.id, limit: 1 }, everyone)).total).toBe(0)
    await people.groups.remove(TENANT, group.id)
  })

  it('lose nothing when somebody else changes the same people', async () => {
    await sync(range(60).map((n) => person(n)))
    let raced = 0
    const racing: Store = {
      ...base,
      async batch(...call) {
        if (raced++ === 0) await instance(base).edit(TENANT, idOf(2), { identMedia: ['X'] }, anyone)
        return base.batch(...call)
      },
    }
    const { results } = await act({ search: '3' }, racing)
    expect(results).toHaveLength(60)
    expect(results.every(({ state }) => state === 'changed')).toBe(true)
    const { person: second } = await instance().get(TENANT, idOf(2), everyone)
    expect(second).toMatchObject({ locked: true, identMedia: ['X'] })
  })

  it('say of each what was not possible, and do the others', async () => {
    await sync([person(1)])
    const unknown = idOf(99)
    const limited = { kind: 'limited', people: ['3_1'], groups: [] } as const
    const people = instance()
    const { results } = await people.act(
      TENANT,
      { kind: 'lock' },
      { ids: [unknown, idOf(1), idOf(1)] },
      limited,
    )
    expect(results).toMatchObject([
      { id: unknown, state: 'failed', error: { code: 'not-found' } },
      { id: idOf(1), state: 'changed' },
    ])
    const join = { kind: 'add-group', group: 'nothing' } as const
    await expect(people.act(TENANT, join, { ids: [idOf(1)] }, everyone)).rejects.toThrow(StegError)
  })

  it('stop at the most groups that one person can be in', async () => {
    await sync([person(1)])
    const people = instance()
    const groups = await Promise.all(
      range(21).map(async (n) => (await people.groups.create(TENANT, `Gruppe ${n}`)).group.id),
    )
    await people.edit(TENANT, idOf(1), { groups: groups.slice(0, 20) }, anyone)
    const join = { kind: 'add-group', group: groups[20] ?? '' } as const
    const { results } = await people.act(TENANT, join, { ids: [idOf(1)] }, everyone)
    expect(results).toMatchObject([{ state: 'failed', error: { code: 'person-groups-full' } }])
  })
})

describe('who is there', () => {
  it('is told by id, few or many of them, and as the tokens of the active', async () => {
    const listed = Array.from({ length: 60 }, (_, index) => person(index + 1, { active: index % 3 !== 0 }))
    await sync(listed)
    const people = instance()
    const ids = listed.map(personId)
    for (const asked of [ids.slice(0, 3), ids.slice(5, 55), [...ids, ids[0] ?? '', 's000009-00000009']]) {
      const activity = await people.activity(TENANT, asked)
      expect([...activity].sort()).toEqual(
        listed
          .filter((one) => asked.includes(personId(one)))
          .map((one): [string, boolean] => [personId(one), one.active]),
      )
    }
    expect(await people.activeTokens(TENANT)).toEqual(
      listed
        .filter(({ active }) => active)
        .map(({ employeeNumber: nr, clientNumber }) => `${clientNumber}_${nr}`),
    )
  })
})
