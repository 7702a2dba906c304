import { StegError } from '../../../shared/errors/error.ts'
import { fieldOf, type SageProfile } from './profile.ts'
import type { SageSession } from './session.ts'

const ATTEMPTS = 3

/**
 * A whole list of Sage, page by page. Rows come and go while it is read, and a row that moves to a page already read
 * would look as if it had disappeared. So each page begins with the last row of the page before, and a reading counts
 * only when these rows are the same, the total stayed the same and as many different rows arrived; otherwise it is read
 * again.
 * @throws StegError `sage-list-unstable`, `sage-unexpected-data` and those of the session
 */
export async function readWholeList<T>(
  session: Pick<SageSession, 'get'>,
  profile: SageProfile,
  path: string,
  keyOf: (row: T) => string,
  parse: (row: unknown) => T,
): Promise<readonly T[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const rows = await readOnce(session, profile, path, keyOf, parse)
    if (rows !== undefined) return rows
  }
  throw new StegError('sage-list-unstable', { path, attempts: ATTEMPTS })
}

/** @returns undefined when the list changed meanwhile. */
async function readOnce<T>(
  session: Pick<SageSession, 'get'>,
  profile: SageProfile,
  path: string,
  keyOf: (row: T) => string,
  parse: (row: unknown) => T,
): Promise<readonly T[] | undefined> {
  const found = new Map<string, T>()
  let expected: number | undefined
  let last: string | undefined
  for (let skip = 0; ; ) {
    const page = await session.get(path, {
      [profile.list.skip]: String(skip),
      [profile.list.take]: String(profile.list.pageSize),
    })
    const { rows, total } = pageOf(page, profile, path)
    expected ??= total
    if (total !== expected) return undefined
    const parsed = rows.map((row) => parse(row))
    if (last !== undefined && (parsed[0] === undefined || keyOf(parsed[0]) !== last)) return undefined
    for (const row of parsed) found.set(keyOf(row), row)
    const read = skip + rows.length
    const end = parsed.at(-1)
    if (read >= expected || end === undefined || keyOf(end) === last) break
    last = keyOf(end)
    skip = read - 1
  }
  return found.size === expected ? [...found.values()] : undefined
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
  return { rows, total }
}

export function unexpected(path: string, problem: string): StegError {
  return new StegError('sage-unexpected-data', { path, problem })
}
