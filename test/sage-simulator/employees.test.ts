import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { indexOfKey, keyOfIndex, seededPerson } from '../../infra/local/sage/person.ts'
import { createRoster } from '../../infra/local/sage/roster.ts'
import { startSageSimulator } from '../../infra/local/sage/simulator.ts'
import { pageQuery, readKeys, readList, signedIn, started, user } from './portal.ts'
import { expectSchema } from './schemas.ts'

describe('the people of the default installation', () => {
  test('there are 108, led by those of the manual', async () => {
    const { url } = await started()
    const send = await signedIn(url)
    const list = await readList(await send('GET', `Employee/Employees?${pageQuery(0, 500)}`))
    expect(list.Total).toBe(108)
    expect(list.Results).toHaveLength(108)
    const first = list.Results.slice(0, 3).map((row) => [
      row.EmployeeKey,
      row.Lastname,
      row.Firstname,
      row.Active,
    ])
    expect(first).toEqual([
      [{ MdNr: 3, AnNr: 4, CombinedKey: '3_4', IsEmpty: false }, 'Gehalt', 'Gabi', true],
      [{ MdNr: 1, AnNr: 1, CombinedKey: '1_1', IsEmpty: false }, 'Gehalt', 'Manuela', true],
      [{ MdNr: 1, AnNr: 3, CombinedKey: '1_3', IsEmpty: false }, 'Jahresgehalt', 'Mike', true],
    ])
  })

  test('they show what real lists show', () => {
    const people = Array.from({ length: 2000 }, (_, index) => seededPerson(1, index, true))
    const share = (test: (person: (typeof people)[number]) => boolean) =>
      people.filter(test).length / people.length
    expect(share(({ Lastname }) => /[äöüß]/.test(Lastname))).toBeGreaterThan(0.1)
    expect(share(({ Lastname }) => Lastname.includes('-'))).toBeGreaterThan(0.02)
    expect(share(({ Lastname }) => /^(von|vom|zu|van) /.test(Lastname))).toBeGreaterThan(0.01)
    expect(share(({ Active }) => !Active)).toBeGreaterThan(0.02)
    expect(share(({ Active, Exit }) => !Active && Exit === null)).toBe(0)
    expect(share(({ TimeManagement }) => !TimeManagement)).toBeGreaterThan(0.03)
    expect(share(({ AccessControl }) => !AccessControl)).toBeGreaterThan(0.1)
    expect(share(({ Email }) => Email === null)).toBeGreaterThan(0.01)
    expect(new Set(people.map(({ EmployeeKey }) => EmployeeKey.MdNr))).toEqual(new Set([1, 2, 3]))
    const addresses = people.flatMap(({ Email }) => Email || [])
    expect(new Set(addresses).size).toBe(addresses.length)
    for (const address of addresses) expect(address).toMatch(/^[a-z-]+\.[a-z-]+\d*@beispiel\.example$/)
  })

  test('the seed decides them', async () => {
    const people = (seed: number) => Array.from({ length: 50 }, (_, index) => seededPerson(seed, index, true))
    expect(people(7)).toEqual(people(7))
    expect(people(7)).not.toEqual(people(8))
  })

  test('every index has a key of its own, and the key leads back', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (index) => {
        const { MdNr, AnNr } = keyOfIndex(index)
        expect(indexOfKey(MdNr, AnNr)).toBe(index)
      }),
    )
    for (const [mdNr, anNr] of [
      [1, 2],
      [3, 1],
      [0, 10],
      [4, 10],
      [1, 9],
    ] as const) {
      expect(indexOfKey(mdNr, anNr)).toBe(-1)
    }
  })
})

describe('changedSince', () => {
  test('lists who changed at that time or later, and nobody who left the list', async () => {
    const clock = { now: () => Date.parse('2026-05-04T10:00:00Z'), sleep: async () => undefined }
    const { url, control } = await started({ clock })
    const send = await signedIn(url)
    control.changePerson('2_10', { Lastname: 'Größe' })
    control.addPerson({ MdNr: 2, AnNr: 500, Firstname: 'Neu', Lastname: 'Neumann' })
    control.removePerson('1_3')
    const since = async (time: string) =>
      readList(await send('GET', `Employee/Employees?${pageQuery(0, 500)}&changedSince=${time}`))
    expect(await since('2026-05-04T12:00:00')).toMatchObject({
      Total: 2,
      Results: [{ Lastname: 'Größe', LastChange: '2026-05-04T12:00:00' }, { Lastname: 'Neumann' }],
    })
    expect((await since('2026-05-04T12:00:01')).Total).toBe(0)
    expect((await since('2000-01-01')).Total).toBe(108)
  })
})

describe('large lists', () => {
  test('100,000 people are read in pages of 500', async () => {
    const simulator = await startSageSimulator({ people: 100_000, users: [user] })
    try {
      const send = await signedIn(simulator.url)
      const keys = await readKeys(send)
      expect(keys).toHaveLength(100_000)
      expect(new Set(keys).size).toBe(100_000)
      expectSchema(
        'employees.json',
        await (await send('GET', `Employee/Employees?${pageQuery(99_800, 500)}`)).json(),
      )
    } finally {
      await simulator.close()
    }
  })
})

test('a list edited at will stays what a plain list would be', () => {
  const key = fc.record({ mdNr: fc.integer({ min: 1, max: 3 }), anNr: fc.integer({ min: 1, max: 14 }) })
  const position = fc.option(fc.nat(12))
  const edit = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), key, position }),
    fc.record({ kind: fc.constant('remove' as const), key, position }),
    fc.record({ kind: fc.constant('change' as const), key, position }),
    fc.record({ kind: fc.constant('reset' as const), key, position }),
  )
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
      const roster = createRoster(1, 12, true)
      const base = (count: number) =>
        Array.from({ length: count }, (_, index) => seededPerson(1, index, true))
      let model = base(12)
      edits.forEach(({ kind, key: { mdNr, anNr }, position: at }, step) => {
        const found = model.findIndex(
          ({ EmployeeKey }) => EmployeeKey.MdNr === mdNr && EmployeeKey.AnNr === anNr,
        )
        if (kind === 'reset') {
          const count = (step % 3) * 6
          expect(roster.apply({ kind, count })).toBe(true)
          model = base(count)
        } else if (kind === 'add') {
          const EmployeeKey = { MdNr: mdNr, AnNr: anNr, CombinedKey: `${mdNr}_${anNr}`, IsEmpty: false }
          const person = { ...seededPerson(2, step, false), EmployeeKey }
          expect(roster.apply({ kind, person, position: at })).toBe(found < 0)
          if (found < 0) model.splice(at ?? model.length, 0, person)
        } else if (kind === 'remove') {
          expect(roster.apply({ kind, mdNr, anNr })).toBe(found >= 0)
          if (found >= 0) model.splice(found, 1)
        } else {
          expect(roster.apply({ kind, mdNr, anNr, fields: { Email: `${step}@x` } })).toBe(found >= 0)
          model = model.map((person, index) => (index === found ? { ...person, Email: `${step}@x` } : person))
        }
        expect(roster.slice(0, roster.count())).toEqual(model)
        expect(roster.find(mdNr, anNr)).toEqual(
          model.find(({ EmployeeKey }) => EmployeeKey.MdNr === mdNr && EmployeeKey.AnNr === anNr),
        )
      })
    }),
  )
})
