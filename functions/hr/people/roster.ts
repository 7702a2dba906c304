import type { Store } from '../../platform/store/port.ts'
import { PEOPLE_RANGE, peopleTable, peopleVersionTable, VERSION_KEY } from './rows.ts'
import { searchText } from './rules/search.ts'

/** What searches and filters look at, of everybody, in order of id. */
export interface Roster {
  readonly ids: readonly string[]
  readonly entries: readonly RosterEntry[]
}

export interface RosterEntry {
  readonly text: string
  readonly active: boolean
  readonly missing: boolean
  readonly locked: boolean
  readonly groups: readonly string[]
}

/** People whom one hub instance remembers at most, about 250 bytes each. The tenants asked for last stay. */
const REMEMBERED = 200_000

/**
 * Reads everybody once, one range of the partition, and remembers it for as long as the version of the people is the
 * same: then a search costs one transaction. What an instance remembers only saves work, so that it may be lost.
 */
export function createRosters(store: Store): (tenantId: string) => Promise<Roster> {
  const people = peopleTable.bind(store)
  const versions = peopleVersionTable.bind(store)
  const remembered = new Map<string, { version: string; roster: Roster }>()
  const reading = new Map<string, { version: string | undefined; roster: Promise<Roster> }>()

  const versionOf = async (tenantId: string) => (await versions.get(tenantId, VERSION_KEY))?.value.version

  function remember(tenantId: string, version: string, roster: Roster): void {
    remembered.delete(tenantId)
    remembered.set(tenantId, { version, roster })
    let total = 0
    for (const { roster } of remembered.values()) total += roster.ids.length
    for (const [oldest, { roster }] of remembered) {
      if (total <= REMEMBERED) break
      total -= roster.ids.length
      remembered.delete(oldest)
    }
  }

  async function read(tenantId: string, version: string | undefined): Promise<Roster> {
    const ids: string[] = []
    const entries: RosterEntry[] = []
    for await (const { key, value } of people.all(tenantId, PEOPLE_RANGE)) {
      ids.push(key)
      const { active, missing = false, locked, groups } = value
      entries.push({ text: searchText(value), active, missing, locked, groups })
    }
    const roster = { ids, entries }
    // Read page by page: only when nothing changed meanwhile is it one state of everybody.
    if (version !== undefined && (await versionOf(tenantId)) === version) remember(tenantId, version, roster)
    return roster
  }

  return async (tenantId) => {
    const version = await versionOf(tenantId)
    const known = remembered.get(tenantId)
    if (version !== undefined && known?.version === version) {
      remember(tenantId, version, known.roster)
      return known.roster
    }
    // Who types searches faster than everybody can be read: one reading serves all that ask for the same version.
    const begun = reading.get(tenantId)
    if (begun !== undefined && version !== undefined && begun.version === version) return begun.roster
    const own = { version, roster: read(tenantId, version) }
    reading.set(tenantId, own)
    try {
      return await own.roster
    } finally {
      if (reading.get(tenantId) === own) reading.delete(tenantId)
    }
  }
}
