import { type EmployeeKey, employeeKey, indexOfKey, type Person, seededPerson } from './person.ts'

type PersonFields = Partial<Omit<Person, 'EmployeeKey'>>

/** One change of a list of people, as it is kept so that a restart can repeat it. */
export type PeopleEdit =
  | { readonly kind: 'reset'; readonly count: number }
  | { readonly kind: 'add'; readonly person: Person; readonly position: number | null }
  | { readonly kind: 'change'; readonly mdNr: number; readonly anNr: number; readonly fields: PersonFields }
  | { readonly kind: 'remove'; readonly mdNr: number; readonly anNr: number }

/** The people of one database, in the order in which they are listed. */
export interface Roster {
  count(): number
  /** Up to `take` people from position `skip` on. */
  slice(skip: number, take: number): Person[]
  changedSince(local: string): Person[]
  find(mdNr: number, anNr: number): Person | undefined
  /** A key that nobody has. */
  freeKey(): EmployeeKey
  /** False when the edit does not fit: adding a key that exists, changing or removing one that does not. */
  apply(edit: PeopleEdit): boolean
}

const firstFreeNumber = 900_001

/** People are made when first asked for: a list of 100,000 costs nothing until somebody reads it. */
export function createRoster(seed: number, count: number, manual: boolean): Roster {
  let base = count
  let order = numbers(count)
  let made: (Person | undefined)[] = []
  let addedKeys = new Map<string, number>()
  let removed = new Set<number>()
  let nextFree = firstFreeNumber

  function numbers(length: number): number[] {
    return Array.from({ length }, (_, index) => index)
  }

  function person(id: number): Person {
    const known = made[id]
    if (known) return known
    const fresh = seededPerson(seed, id, manual)
    made[id] = fresh
    return fresh
  }

  function idOf(mdNr: number, anNr: number): number | undefined {
    const added = addedKeys.get(`${mdNr}_${anNr}`)
    if (added !== undefined) return added
    const index = indexOfKey(mdNr, anNr)
    return index >= 0 && index < base && !removed.has(index) ? index : undefined
  }

  function reset(size: number): void {
    base = size
    order = numbers(size)
    made = []
    addedKeys = new Map()
    removed = new Set()
  }

  function add(fresh: Person, position: number | null): boolean {
    const { MdNr, AnNr, CombinedKey } = fresh.EmployeeKey
    if (idOf(MdNr, AnNr) !== undefined) return false
    const id = Math.max(base, made.length)
    made[id] = fresh
    addedKeys.set(CombinedKey, id)
    order.splice(position ?? order.length, 0, id)
    return true
  }

  function remove(mdNr: number, anNr: number): boolean {
    const id = idOf(mdNr, anNr)
    if (id === undefined) return false
    order.splice(order.indexOf(id), 1)
    addedKeys.delete(`${mdNr}_${anNr}`)
    removed.add(id)
    return true
  }

  function change(mdNr: number, anNr: number, fields: PersonFields): boolean {
    const id = idOf(mdNr, anNr)
    if (id === undefined) return false
    made[id] = { ...person(id), ...fields }
    return true
  }

  return {
    count: () => order.length,
    slice: (skip, take) => order.slice(skip, skip + take).map(person),
    changedSince: (local) => order.map(person).filter((one) => one.LastChange >= local),
    find: (mdNr, anNr) => {
      const id = idOf(mdNr, anNr)
      return id === undefined ? undefined : person(id)
    },
    freeKey: () => {
      while (idOf(1, nextFree) !== undefined) nextFree++
      return employeeKey(1, nextFree)
    },
    apply: (edit) => {
      switch (edit.kind) {
        case 'reset':
          reset(edit.count)
          return true
        case 'add':
          return add(edit.person, edit.position)
        case 'change':
          return change(edit.mdNr, edit.anNr, edit.fields)
        case 'remove':
          return remove(edit.mdNr, edit.anNr)
      }
    },
  }
}
