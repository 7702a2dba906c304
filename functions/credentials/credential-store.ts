import type { Clock } from '../../shared/clock.ts'
import { isStegError } from '../../shared/errors/error.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Condition, Store } from '../platform/store/port.ts'
import { keyOf } from '../platform/store/table.ts'
import type { Notices } from './notices.ts'
import type { Subject } from './port.ts'
import { type CredentialRow, credentialsTable } from './rows.ts'

export interface FoundRow {
  readonly row: CredentialRow
  readonly etag: string
}

/** What becomes of a row, and whether the admins hear of it. */
export interface Change {
  readonly row: CredentialRow
  readonly tell?: boolean | undefined
  readonly daysLeft?: number | undefined
}

export interface CredentialStore {
  read(subject: Subject): Promise<FoundRow | undefined>
  /** Writes what was decided over exactly the row that was read. @returns its etag; undefined when somebody was faster */
  tryWrite(subject: Subject, over: FoundRow | undefined, change: Change): Promise<string | undefined>
  /** Decides again as often as somebody else was faster; undefined as the decision leaves the row. @returns the row at the end */
  change(
    subject: Subject,
    decide: (row: CredentialRow | undefined) => Change | undefined | Promise<Change | undefined>,
  ): Promise<CredentialRow | undefined>
  remove(subject: Subject): Promise<void>
}

export function createCredentialStore(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly notices: Pick<Notices, 'prepare' | 'give' | 'drop'>
}): CredentialStore {
  const table = credentialsTable.bind(parts.store)
  const { notices } = parts

  async function read(subject: Subject): Promise<FoundRow | undefined> {
    const found = await table.get(subject.tenantId, keyOfSubject(subject))
    return found === undefined ? undefined : { row: found.value, etag: found.etag }
  }

  async function put(subject: Subject, over: FoundRow | undefined, row: CredentialRow) {
    const condition: Condition = over === undefined ? { kind: 'absent' } : { kind: 'match', etag: over.etag }
    try {
      return await table.put(subject.tenantId, keyOfSubject(subject), row, condition)
    } catch (error) {
      if (isStegError(error, 'store-conflict')) return undefined
      throw error
    }
  }

  /** The notice first: a process that dies after the change leaves it to others to give it. */
  async function tryWrite(subject: Subject, over: FoundRow | undefined, change: Change) {
    if (change.tell !== true) return put(subject, over, change.row)
    const id = randomId(parts.random, 16)
    const prepared = await notices.prepare(id, subject, change.daysLeft)
    const etag = await put(subject, over, { ...change.row, noticeId: id })
    await (etag === undefined ? notices.drop(prepared) : notices.give(prepared, change.row))
    return etag
  }

  return {
    read,
    tryWrite,
    async change(subject, decide) {
      for (;;) {
        const found = await read(subject)
        const change = await decide(found?.row)
        if (change === undefined) return found?.row
        if ((await tryWrite(subject, found, change)) !== undefined) return change.row
      }
    },
    remove: (subject) => table.delete(subject.tenantId, keyOfSubject(subject), { kind: 'any' }),
  }
}

export function keyOfSubject({ kind, id }: Pick<Subject, 'kind' | 'id'>): string {
  return keyOf(kind, id)
}
