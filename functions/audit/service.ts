import type { Clock } from '../../shared/clock.ts'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Store } from '../platform/store/port.ts'
import type { AuditEvent, AuditOutcome, AuditTrail } from './port.ts'
import { createPruning } from './pruning.ts'
import { auditDaysTable, auditTable } from './rows.ts'
import { dayOf, END_OF_TIME, recordKey, recordRange } from './rules/keys.ts'

export type AuditRecord = ReturnType<typeof auditTable.schema.parse> & { readonly id: string }

export interface AuditQuery {
  /** Milliseconds since the epoch; `to` is exclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Id of who did it, or a part of the name. */
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly outcome?: AuditOutcome | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface AuditService extends AuditTrail {
  /** Newest first. A page may hold fewer than asked for although there is a cursor: it looks at so many and no more. */
  list(
    tenantId: string,
    query: AuditQuery,
  ): Promise<{ records: readonly AuditRecord[]; cursor: string | undefined }>
  /** Deletes some of what is older than the retention; one transaction when there is nothing to do. */
  prune(): Promise<number>
  counts(): { readonly written: number; readonly failed: number }
}

/** Rows that one page of a filtered list looks at: ROUNDS pages of the store. */
const PAGE = 500
const ROUNDS = 10

export function createAuditService(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly retentionDays: number
}): AuditService {
  const { store, clock, log } = parts
  const table = auditTable.bind(store)
  const days = auditDaysTable.bind(store)
  const counts = { written: 0, failed: 0 }
  /** Tenants that this instance has noted today; it only saves work. */
  let noted = { day: '', tenants: new Set<string>() }

  async function noteDay(tenantId: string): Promise<void> {
    const day = dayOf(clock.now())
    if (noted.day !== day) noted = { day, tenants: new Set() }
    if (noted.tenants.has(tenantId)) return
    await days.put(day, tenantId, { day }, { kind: 'any' })
    noted.tenants.add(tenantId)
  }

  async function write(tenantId: string, key: string, at: number, event: AuditEvent): Promise<void> {
    const { actor, fields = [], details = {}, target, ...rest } = event
    const row = { ...rest, at, actor: { ...actor }, fields: [...fields], details: { ...details } }
    await noteDay(tenantId)
    await table.put(tenantId, key, target === undefined ? row : { ...row, target: target.slice(0, 500) }, {
      kind: 'any',
    })
    counts.written += 1
  }

  async function writeOrLog(tenantId: string, key: string, at: number, event: AuditEvent): Promise<void> {
    try {
      await write(tenantId, key, at, event)
    } catch (error) {
      counts.failed += 1
      log.error('a change could not be recorded', { tenantId, at, ...event, reason: reasonOf(error) })
    }
  }

  const place = () => {
    const at = clock.now()
    return { at, key: recordKey(at, randomId(parts.random, 8)) }
  }

  return {
    async record(tenantId, event) {
      const { at, key } = place()
      await writeOrLog(tenantId, key, at, event)
    },

    async begin(tenantId, event) {
      const { at, key } = place()
      await write(tenantId, key, at, { ...event, outcome: 'begun' })
      return (outcome, details) =>
        writeOrLog(tenantId, key, at, { ...event, outcome, details: { ...event.details, ...details } })
    },

    async list(tenantId, { from, to, limit, cursor, ...filter }) {
      if (cursor !== undefined && !/^\d{14}-[0-9a-z]{1,20} ?$/.test(cursor)) {
        throw new StegError('invalid-request', { problems: 'cursor: not one that this list returned' })
      }
      const range = recordRange(from ?? 0, to ?? END_OF_TIME)
      const found: AuditRecord[] = []
      let start = cursor !== undefined && cursor > range.from ? cursor : range.from
      for (let round = 1; ; round++) {
        const page = await table.query(tenantId, { from: start, to: range.to, limit: PAGE })
        for (const { key, value } of page.rows) {
          if (!fits(value, filter)) continue
          if (found.length === limit) return { records: found, cursor: key }
          found.push({ ...value, id: key })
        }
        const last = page.rows.at(-1)
        if (page.cursor === undefined || last === undefined) return { records: found, cursor: undefined }
        // The space sorts below everything that a key is made of.
        start = `${last.key} `
        if (round === ROUNDS) return { records: found, cursor: start }
      }
    },

    prune: createPruning(parts),
    counts: () => ({ ...counts }),
  }
}

function fits(
  record: ReturnType<typeof auditTable.schema.parse>,
  { actor, action, outcome }: Pick<AuditQuery, 'actor' | 'action' | 'outcome'>,
): boolean {
  const { id, name } = record.actor
  return (
    (action === undefined || record.action === action) &&
    (outcome === undefined || record.outcome === outcome) &&
    (actor === undefined ||
      id === actor ||
      name.toLocaleLowerCase('de-DE').includes(actor.toLocaleLowerCase('de-DE')))
  )
}
