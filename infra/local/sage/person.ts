import { firstNames, lastNames, nobleParticles } from './names.ts'
import { mix, pick } from './random.ts'

export interface EmployeeKey {
  readonly MdNr: number
  readonly AnNr: number
  readonly CombinedKey: string
  readonly IsEmpty: boolean
}

/** One row of Employee/Employees. Dates and times are local to the server, without offset. */
export interface Person {
  readonly EmployeeKey: EmployeeKey
  readonly Firstname: string
  readonly Lastname: string
  readonly Email: string | null
  readonly Active: boolean
  readonly TimeManagement: boolean
  readonly AccessControl: boolean
  readonly Entry: string
  readonly Exit: string | null
  readonly LastChange: string
}

export function employeeKey(mdNr: number, anNr: number): EmployeeKey {
  return { MdNr: mdNr, AnNr: anNr, CombinedKey: `${mdNr}_${anNr}`, IsEmpty: false }
}

export const emptyKey: EmployeeKey = { MdNr: 0, AnNr: 0, CombinedKey: '0_0', IsEmpty: true }

const clients = 3
const firstRegularNumber = 10
/** The keys that the manual's screenshot of a synchronized list shows. */
const manualKeys = [
  [3, 4],
  [1, 1],
  [1, 3],
] as const
const manualNames = [
  ['Gabi', 'Gehalt'],
  ['Manuela', 'Gehalt'],
  ['Mike', 'Jahresgehalt'],
] as const

/** The key of the person at `index`; `indexOfKey` is its inverse, so that no table of 100,000 keys is needed. */
export function keyOfIndex(index: number): EmployeeKey {
  const manual = manualKeys[index]
  if (manual) return employeeKey(manual[0], manual[1])
  const rank = index - manualKeys.length
  return employeeKey((rank % clients) + 1, firstRegularNumber + Math.floor(rank / clients))
}

/** The index whose key this is, or -1. */
export function indexOfKey(mdNr: number, anNr: number): number {
  const manual = manualKeys.findIndex(([md, an]) => md === mdNr && an === anNr)
  if (manual >= 0) return manual
  if (anNr < firstRegularNumber || mdNr < 1 || mdNr > clients) return -1
  return manualKeys.length + (anNr - firstRegularNumber) * clients + (mdNr - 1)
}

const pad = (number: number) => String(number).padStart(2, '0')

function day(fromYear: number, years: number, bits: number): string {
  return `${fromYear + (bits % years)}-${pad(((bits >>> 8) % 12) + 1)}-${pad(((bits >>> 16) % 28) + 1)}`
}

function lastName(seed: number, index: number): string {
  const name = pick(lastNames, mix(seed, index, 2))
  const kind = mix(seed, index, 3) % 100
  if (kind < 6) return `${name}-${pick(lastNames, mix(seed, index, 4))}`
  if (kind < 10) return `${pick(nobleParticles, mix(seed, index, 4))} ${name}`
  return name
}

const spellings: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ß: 'ss',
  đ: 'd',
  ı: 'i',
  ł: 'l',
}

function mailName(name: string): string {
  const spelled = name.toLowerCase().replace(/[äöüßđıł]/g, (letter) => spellings[letter] ?? '')
  return spelled.normalize('NFD').replace(/[^a-z-]/g, '')
}

function mailAddress(firstName: string, surname: string, index: number, kind: number): string | null {
  // Real lists hold people without an address, written in both ways.
  if (kind < 3) return null
  if (kind < 5) return ''
  return `${mailName(firstName)}.${mailName(surname)}${index < 3 ? '' : index}@beispiel.example`
}

/** The person at `index` of a list made from `seed`. With `manual` the first three are those of the manual. */
export function seededPerson(seed: number, index: number, manual: boolean): Person {
  const fixed = manual ? manualNames[index] : undefined
  const firstName = fixed?.[0] ?? pick(firstNames, mix(seed, index, 1))
  const surname = fixed?.[1] ?? lastName(seed, index)
  const luck = (topic: number) => mix(seed, index, topic) % 100
  const active = fixed !== undefined || luck(5) >= 5
  const leaves = active && fixed === undefined && luck(6) < 2
  const changed = mix(seed, index, 12)
  return {
    EmployeeKey: keyOfIndex(index),
    Firstname: firstName,
    Lastname: surname,
    Email: mailAddress(firstName, surname, index, fixed ? 99 : luck(7)),
    Active: active,
    TimeManagement: fixed !== undefined || luck(8) >= 8,
    AccessControl: fixed !== undefined || luck(9) >= 30,
    Entry: `${day(1990, 30, mix(seed, index, 10))}T00:00:00`,
    Exit: active ? (leaves ? '2031-12-31T00:00:00' : null) : `${day(2020, 4, mix(seed, index, 11))}T00:00:00`,
    LastChange: `${day(2020, 4, changed)}T${pad(changed % 24)}:${pad(changed % 60)}:${pad((changed >>> 6) % 60)}`,
  }
}
