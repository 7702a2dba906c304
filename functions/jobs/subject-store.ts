import { isStegError } from '../../shared/errors/error.ts'
import { limits, type Store } from '../platform/store/port.ts'
import { type StoredJob, unchangedSince } from './job-store.ts'
import { type JobRow, jobsTable } from './rows.ts'
import { rowOf, subjectsPartition } from './rules/job-key.ts'

/** Rows that a page may hold beyond those that are wanted, and a page at most. */
const SPARE_ROWS = 20
const PAGE_ROWS = 1_000
/** A page that brings fewer of those that are wanted costs more than reading them one by one. */
const WORTH_A_PAGE = 2
/** Rows of one batch at most. */
const MOST_AT_ONCE = limits.batchWrites
/** How often writing together is tried before each row is written for itself. */
const ROUNDS = 3

/** The change of a row; undefined leaves it as it is. A row that is not there is undefined and stays so. */
export type RowChange = (row: JobRow | undefined) => JobRow | undefined

/**
 * The rows of the subjects of one job, read and written together: many subjects cost little more than one. What it has
 * read it keeps, so it lives no longer than one message or one tick.
 */
export interface SubjectStore {
  /** Reads rows anew. Those that are next to each other in their order cost one page. */
  read(subjects: readonly string[]): Promise<ReadonlyMap<string, StoredJob>>
  /** Those that were to be read and have a row that this version does not understand; they do not stop the others. */
  readonly unreadable: ReadonlySet<string>
  /**
   * Changes a row, as it is when it is written. Changes that come at the same time share a batch.
   * @returns the row as it was written; undefined when the change left it as it is.
   */
  change(subject: string, change: RowChange): Promise<JobRow | undefined>
}

const NOT_UNDERSTOOD = Symbol('not understood')

/** The store's own failures are those of its port; any other is a row that does not fit its schema. */
async function readUnderstood<T>(read: () => Promise<T>): Promise<T | typeof NOT_UNDERSTOOD> {
  try {
    return await read()
  } catch (error) {
    if (isStegError(error) || !isMisfit(error)) throw error
    return NOT_UNDERSTOOD
  }
}

function isMisfit(error: unknown): boolean {
  return error instanceof Error && error.message.includes('does not fit its schema')
}

interface Waiting {
  readonly subject: string
  readonly change: RowChange
  resolve(row: JobRow | undefined): void
  reject(error: unknown): void
}

export function createSubjectStore(store: Store, tenantId: string, job: string): SubjectStore {
  const table = jobsTable.bind(store)
  const partition = subjectsPartition(tenantId, job)
  const keyOf = (subject: string) => rowOf({ tenantId, job, subject }).key
  const known = new Map<string, StoredJob | undefined>()
  const unreadable = new Set<string>()
  let waiting: Waiting[] = []
  let writing = false

  async function readOne(subject: string): Promise<StoredJob | undefined> {
    const row = await readUnderstood(() => table.get(partition, keyOf(subject)))
    if (row === NOT_UNDERSTOOD) unreadable.add(subject)
    const found = row === NOT_UNDERSTOOD ? undefined : row
    known.set(subject, found)
    return found
  }

  async function read(subjects: readonly string[]): Promise<ReadonlyMap<string, StoredJob>> {
    const byKey = new Map(subjects.map((subject) => [keyOf(subject), subject]))
    const wanted = [...byKey.keys()].sort()
    for (const subject of subjects) known.set(subject, undefined)
    while (wanted.length > WORTH_A_PAGE) {
      const limit = Math.min(PAGE_ROWS, 2 * wanted.length + SPARE_ROWS)
      const range = { from: wanted[0] ?? '', to: `${wanted.at(-1)}!`, limit }
      const page = await readUnderstood(() => table.query(partition, range))
      if (page === NOT_UNDERSTOOD) break
      for (const row of page.rows) {
        const subject = byKey.get(row.key)
        if (subject !== undefined) known.set(subject, row)
      }
      // A page may end early, even without a row: behind its last row nothing is known yet.
      const last = page.rows.at(-1)?.key ?? ''
      const covered = page.cursor === undefined ? wanted.length : wanted.filter((key) => key <= last).length
      wanted.splice(0, covered)
      if (covered < WORTH_A_PAGE) break
    }
    await Promise.all(wanted.map((key) => readOne(byKey.get(key) ?? '')))
    return new Map(
      subjects.flatMap((subject) => {
        const row = known.get(subject)
        return row === undefined ? [] : [[subject, row] as const]
      }),
    )
  }

  /** Writes what has come until now, each subject once; a second change of the same waits for the next time. */
  async function write(): Promise<void> {
    if (writing) return
    writing = true
    // Whoever comes in the same turn comes along.
    await Promise.resolve()
    while (waiting.length > 0) {
      const taken = new Map<string, Waiting>()
      const left: Waiting[] = []
      for (const one of waiting) {
        if (taken.size < MOST_AT_ONCE && !taken.has(one.subject)) taken.set(one.subject, one)
        else left.push(one)
      }
      waiting = left
      await settle([...taken.values()])
    }
    writing = false
  }

  /** Each change is settled, whatever happens. */
  async function settle(changes: readonly Waiting[]): Promise<void> {
    try {
      if (await writeTogether(changes)) return
    } catch (error) {
      for (const one of changes) one.reject(error)
      return
    }
    await Promise.all(changes.map((one) => writeOne(one).then(one.resolve, one.reject)))
  }

  /** @returns false when others write the same rows again and again. */
  async function writeTogether(changes: readonly Waiting[]): Promise<boolean> {
    for (let round = 1; round <= ROUNDS; round++) {
      if (round > 1) await read(changes.map(({ subject }) => subject))
      const rows = changes.map(({ subject, change }) => change(known.get(subject)?.value))
      const puts = changes.flatMap(({ subject }, at) => {
        const value = rows[at]
        if (value === undefined) return []
        const condition = unchangedSince(known.get(subject))
        return [{ kind: 'put' as const, key: keyOf(subject), value, condition, subject }]
      })
      const etags = puts.length === 0 ? [] : await batchUnlessChanged(puts)
      if (etags === undefined) continue
      for (const [at, { subject, value }] of puts.entries()) {
        known.set(subject, { etag: etags[at] ?? '', value })
      }
      for (const [at, one] of changes.entries()) one.resolve(rows[at])
      return true
    }
    return false
  }

  async function batchUnlessChanged(puts: Parameters<typeof table.batch>[1]) {
    try {
      return await table.batch(partition, puts)
    } catch (error) {
      if (isStegError(error, 'store-conflict')) return undefined
      throw error
    }
  }

  async function writeOne({ subject, change }: Waiting): Promise<JobRow | undefined> {
    for (;;) {
      const row = await readOne(subject)
      const value = change(row?.value)
      if (value === undefined) return undefined
      try {
        const etag = await table.put(partition, keyOf(subject), value, unchangedSince(row))
        known.set(subject, { etag, value })
        return value
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
  }

  return {
    read,
    unreadable,
    change: (subject, change) =>
      new Promise((resolve, reject) => {
        waiting.push({ subject, change, resolve, reject })
        void write()
      }),
  }
}
