import { StegError } from '../../../shared/errors/error.ts'
import { type Listing, MAX_LISTED, type Reading, toListing } from '../../sync/mirror/rules/listing.ts'
import { fieldOf, unexpected } from '../rules/sage-data.ts'
import type { SageLists, SageSession } from './port.ts'
import type { SageProfile } from './profile.ts'
import { readRow } from './reading.ts'

const ATTEMPTS = 3

type Session = Pick<SageSession, 'get'>

/** Sage's lists, read with a session. */
export function sageLists(session: Session, profile: SageProfile): SageLists {
  return {
    whole(path, { keyOf, parse, query, timeout }) {
      const asked: Session = { get: (at, page) => session.get(at, { ...query, ...page }, timeout) }
      return readWholeList(asked, profile, path, keyOf, parse)
    },

    rows(path, form) {
      const read = (row: unknown, position: number) => readRow(row, position, form)
      return form.unpaged === true
        ? readPlainListing(session, path, read)
        : readListing(session, profile, path, read)
    },
  }
}

/**
 * A whole list of Sage, page by page. Rows come and go while it is read, and a row that moves to a page already read
 * would look as if it had disappeared. So each page begins with the last row of the page before, and a reading counts
 * only when these rows are the same, the total stayed the same and as many different rows arrived; otherwise it is read
 * again.
 * @throws StegError `sage-list-unstable`, `sage-list-too-long`, `sage-unexpected-data` and those of the session
 */
export async function readWholeList<T>(
  session: Session,
  profile: SageProfile,
  path: string,
  keyOf: (row: T) => string,
  parse: (row: unknown) => T,
): Promise<readonly T[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const read = await readOnce(session, profile, path, parse, keyOf)
    if (read !== undefined && !hasDuplicates(read.identities)) return read.rows
  }
  throw unstable(path)
}

/**
 * The same for a list in which single rows may be of another form: they are left out and named, and the rest counts. A
 * row that comes twice may have moved while the list was read; it counts as listed twice when the next reading shows the
 * very same list.
 * @throws StegError as `readWholeList`; `sage-unexpected-data` when no row at all can be understood
 */
async function readListing<Item>(
  session: Session,
  profile: SageProfile,
  path: string,
  read: (row: unknown, position: number) => Reading<Item>,
): Promise<Listing<Item>> {
  const parse = (row: unknown, position: number) => {
    const reading = read(row, position)
    return { reading, identity: reading.key ?? JSON.stringify(row) }
  }
  let before: readonly string[] | undefined
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const found = await readOnce(session, profile, path, parse, ({ identity }) => identity)
    if (found === undefined) continue
    const { rows, identities } = found
    if (!hasDuplicates(identities) || equal(identities, before)) {
      return takeUnderstood(
        rows.map(({ reading }) => reading),
        path,
      )
    }
    before = identities
  }
  throw unstable(path)
}

/** A list that Sage hands out whole. @throws StegError as `readListing` */
async function readPlainListing<Item>(
  session: Session,
  path: string,
  read: (row: unknown, position: number) => Reading<Item>,
): Promise<Listing<Item>> {
  const rows = await session.get(path)
  if (!Array.isArray(rows)) throw unexpected(path, 'it is not a list')
  checkLength(rows.length, path)
  return takeUnderstood(rows.map(read), path)
}

/** A list of which nothing can be understood is one of another form, such as after an update of Sage. */
function takeUnderstood<Item>(readings: readonly Reading<Item>[], path: string): Listing<Item> {
  const listing = toListing(readings, (a, b) => JSON.stringify(a) === JSON.stringify(b))
  const [first] = listing.leftOut
  if (first !== undefined && listing.items.size === 0) {
    const { problem } = first
    throw unexpected(
      path,
      problem.kind === 'field' ? `"${problem.field}": ${problem.value ?? 'missing'}` : 'a key comes twice',
    )
  }
  return listing
}

/** @returns undefined when the list changed meanwhile. */
async function readOnce<T>(
  session: Session,
  profile: SageProfile,
  path: string,
  parse: (row: unknown, position: number) => T,
  identityOf: (row: T) => string,
): Promise<{ rows: readonly T[]; identities: readonly string[] } | undefined> {
  const rows: T[] = []
  const identities: string[] = []
  let expected: number | undefined
  for (let skip = 0; ; skip = rows.length - 1) {
    const page = await session.get(path, {
      [profile.list.skip]: String(skip),
      [profile.list.take]: String(profile.list.pageSize),
    })
    const { rows: found, total } = pageOf(page, profile, path)
    expected ??= total
    if (total !== expected) return undefined
    const parsed = found.map((row, index) => parse(row, skip + index))
    const fresh = rows.length === 0 ? parsed : parsed.slice(1)
    const overlap = parsed[0] === undefined ? undefined : identityOf(parsed[0])
    if (rows.length > 0 && overlap !== identities.at(-1)) return undefined
    for (const row of fresh) {
      rows.push(row)
      identities.push(identityOf(row))
    }
    if (rows.length >= expected || fresh.length === 0) break
  }
  return rows.length === expected ? { rows, identities } : undefined
}

function hasDuplicates(identities: readonly string[]): boolean {
  return new Set(identities).size < identities.length
}

function equal(a: readonly string[], b: readonly string[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((one, index) => one === b[index])
}

function pageOf(
  page: unknown,
  profile: SageProfile,
  path: string,
): { rows: readonly unknown[]; total: number } {
  const rows = fieldOf(page, profile.list.results)
  const total = fieldOf(page, profile.list.total)
  if (!Array.isArray(rows)) throw unexpected(path, `"${profile.list.results}" is not a list`)
  if (typeof total !== 'number' || !Number.isInteger(total) || total < 0) {
    throw unexpected(path, `"${profile.list.total}" is not a count`)
  }
  checkLength(Math.max(total, rows.length), path)
  return { rows, total }
}

/** Judged by what the first page announces: a list without end must not be read to its end. */
function checkLength(count: number, path: string): void {
  if (count > MAX_LISTED) throw new StegError('sage-list-too-long', { path, count, limit: MAX_LISTED })
}

function unstable(path: string): StegError {
  return new StegError('sage-list-unstable', { path, attempts: ATTEMPTS })
}
