import { type Clock, toIso } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import type { Change } from '../../jobs/port.ts'
import type { Store, Write } from '../../platform/store/port.ts'
import { fingerprint } from './fingerprint.ts'
import { PEOPLE_RANGE, type PersonRow, peopleStatsTable, peopleTable, STATS_KEY } from './rows.ts'
import { externalToken, type KnownPerson, type PersonAction, type SagePerson } from './rules/plan.ts'
import { versionWrite } from './writes.ts'

/** People in one atomic batch; two places are for the rows of figures and version. */
const BATCH = 98
const RETRIES = 5

interface Loaded {
  readonly etag: string
  readonly value: PersonRow
}

/** The people of a tenant as a synchronisation sees and writes them. */
export interface Directory {
  /** Everybody, with what the plan compares. Kept until `apply`, so that nothing is read twice. */
  known(): readonly KnownPerson[]
  activeCount(): number
  /**
   * Writes actions in atomic batches, each with the count of people, and reports each batch when it is durable.
   * A batch that meets a change by somebody else is read again and repeated. What is about to change is recorded first.
   */
  apply(
    actions: readonly PersonAction[],
    options: {
      readonly record: (changes: readonly Change[]) => Promise<void>
      readonly onWritten: (actions: readonly PersonAction[]) => void
      readonly signal: AbortSignal
    },
  ): Promise<void>
}

/** Reads all people of a tenant, one range of its partition. */
export async function openDirectory(store: Store, tenantId: string, clock: Clock): Promise<Directory> {
  const people = peopleTable.bind(store)
  const stats = peopleStatsTable.bind(store)
  const loaded = new Map<string, Loaded>()
  for await (const row of people.all(tenantId, PEOPLE_RANGE)) loaded.set(row.key, row)

  async function reload(actions: readonly PersonAction[]): Promise<void> {
    for (const { id } of actions) {
      const row = await people.get(tenantId, id)
      if (row === undefined) loaded.delete(id)
      else loaded.set(id, row)
    }
  }

  async function writeBatch(
    actions: readonly PersonAction[],
    record: (changes: readonly Change[]) => Promise<void>,
  ): Promise<void> {
    const now = toIso(clock.now())
    const changes = actions.map((action) => {
      const before = loaded.get(action.id)
      return { id: action.id, before, next: nextRow(action, before?.value, now) }
    })
    const created = changes.filter(({ before }) => before === undefined).length
    await record(
      changes.map(({ id, before, next }) => ({
        id,
        before: before === undefined ? null : JSON.stringify(before.value),
        after: fingerprint(next),
      })),
    )
    const writes: Write[] = changes.map(({ id, before, next }) =>
      people.toPut(
        id,
        next,
        before === undefined ? { kind: 'absent' } : { kind: 'match', etag: before.etag },
      ),
    )
    if (created > 0) {
      const figures = await stats.get(tenantId, STATS_KEY)
      writes.push(
        stats.toPut(
          STATS_KEY,
          { total: (figures?.value.total ?? 0) + created },
          figures === undefined ? { kind: 'absent' } : { kind: 'match', etag: figures.etag },
        ),
      )
    }
    writes.push(versionWrite(store, clock.now(), writes))
    await store.batch(peopleTable.name, tenantId, writes)
  }

  return {
    known: () => Array.from(loaded, ([id, { value }]) => ({ ...value, id, missing: value.missing ?? false })),
    activeCount: () => Array.from(loaded.values()).filter(({ value }) => value.active).length,

    async apply(actions, { record, onWritten, signal }) {
      for (let from = 0; from < actions.length; from += BATCH) {
        const batch = actions.slice(from, from + BATCH)
        for (let attempt = 1; ; attempt++) {
          signal.throwIfAborted()
          try {
            await writeBatch(batch, record)
            break
          } catch (error) {
            if (!isStegError(error, 'store-conflict') || attempt === RETRIES) throw error
            await reload(batch)
          }
        }
        onWritten(batch)
      }
    },
  }
}

function nextRow(action: PersonAction, before: PersonRow | undefined, now: string): PersonRow {
  if (action.kind === 'deactivate') {
    if (before === undefined) throw new Error(`person ${action.id} to deactivate is not in the store`)
    return { ...before, active: false, missing: true, updatedAt: now }
  }
  return {
    ...fromSage(action.person),
    locked: before?.locked ?? false,
    identMedia: before?.identMedia ?? [],
    groups: before?.groups ?? [],
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  }
}

function fromSage(person: SagePerson) {
  return { ...person, externalToken: externalToken(person) }
}
