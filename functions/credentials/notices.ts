import type { Clock } from '../../shared/clock.ts'
import { isStegError, reasonOf } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Store } from '../platform/store/port.ts'
import { keyOf } from '../platform/store/table.ts'
import type { Notify, Subject } from './port.ts'
import { type CredentialRow, credentialsTable, NOTICES, noticesTable } from './rows.ts'

/** How long whoever has prepared or taken up a notice may need. */
const CLAIM_MS = 2 * 60_000
/** A claim that lasts longer than twice that was made by a clock that was ahead, and nobody waits for its end. */
function isClaimed(claimedUntil: number, now: number): boolean {
  return claimedUntil >= now && claimedUntil <= now + 2 * CLAIM_MS
}

/** How often is looked for notices that nobody gave. */
const LOOK_MS = 5 * 60_000
/** Notices taken up in one look. */
const AT_ONCE = 50

export interface PreparedNotice {
  readonly id: string
  readonly subject: Pick<Subject, 'tenantId' | 'kind' | 'id'>
  readonly daysLeft: number | undefined
}

export interface Notices {
  /** Before the change that it is about. */
  prepare(id: string, subject: Subject, daysLeft: number | undefined): Promise<PreparedNotice>
  /** The change happened. Never throws: what fails here is given later. */
  give(notice: PreparedNotice, row: CredentialRow): Promise<void>
  /** The change did not happen. */
  drop(notice: PreparedNotice): Promise<void>
  /** Gives what processes that died have left behind; one transaction in five minutes when there is nothing. */
  tend(): Promise<void>
}

/** Each reason to tell the admins is told once; again, under the same id, only when a process died at the very moment. */
export function createNotices(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly notify: Notify
}): Notices {
  const { clock, log } = parts
  const pending = noticesTable.bind(parts.store)
  const credentials = credentialsTable.bind(parts.store)
  let lookedAt: number | undefined

  const drop = ({ id }: Pick<PreparedNotice, 'id'>) => pending.delete(NOTICES, id, { kind: 'any' })

  async function give(notice: PreparedNotice, row: CredentialRow): Promise<void> {
    const { id, subject, daysLeft } = notice
    const { tenantId, kind } = subject
    try {
      const { state, problem } = row
      await parts.notify({ id, tenantId, kind, subjectId: subject.id, state, problem, daysLeft })
      await drop(notice)
    } catch (error) {
      log.warn('notice not given yet', { tenantId, notice: id, reason: reasonOf(error) })
    }
  }

  async function takeUp(id: string, value: Parameters<typeof pending.put>[2], etag: string): Promise<void> {
    const { tenantId, kind, subjectId, daysLeft } = value
    const notice = { id, subject: { tenantId, kind, id: subjectId }, daysLeft }
    const found = await credentials.get(tenantId, keyOf(kind, subjectId))
    // The change did not happen, or there has been a newer reason since.
    if (found?.value.noticeId !== id) return drop(notice)
    const claimed = { ...value, claimedUntil: clock.now() + CLAIM_MS }
    try {
      await pending.put(NOTICES, id, claimed, { kind: 'match', etag })
    } catch (error) {
      if (isStegError(error, 'store-conflict')) return
      throw error
    }
    await give(notice, found.value)
  }

  return {
    async prepare(id, { tenantId, kind, id: subjectId }, daysLeft) {
      const claimedUntil = clock.now() + CLAIM_MS
      const row = { tenantId, kind, subjectId, claimedUntil, ...(daysLeft === undefined ? {} : { daysLeft }) }
      await pending.put(NOTICES, id, row, { kind: 'any' })
      return { id, subject: { tenantId, kind, id: subjectId }, daysLeft }
    },
    give,
    drop,
    async tend() {
      if (lookedAt !== undefined && Math.abs(clock.now() - lookedAt) < LOOK_MS) return
      const { rows } = await pending.query(NOTICES, { limit: AT_ONCE })
      for (const { key, value, etag } of rows) {
        if (!isClaimed(value.claimedUntil, clock.now())) await takeUp(key, value, etag)
      }
      // Not before it succeeded.
      lookedAt = clock.now()
    },
  }
}
