import { StegError } from '../../shared/errors/error.ts'
import type { Store } from '../platform/store/port.ts'
import type { RunContext } from './port.ts'
import { type LogLevel, type LogLine, logLevels, runLogTable } from './rows.ts'
import type { LogArguments, LogParams, LogTexts } from './rules/run-texts.ts'
import type { JobTexts } from './rules/texts.ts'

/** What one row holds: a page's worth of lines, as long as their JSON stays below the limit of one property. */
const LINES_PER_ROW = 100
const CHARACTERS_PER_ROW = 30_000
/** A parameter of a line; a reason that a foreign server gives can be of any length. */
const PARAMETER_CHARACTERS = 2_000
const CHUNK_DIGITS = 8

export interface RunLogWriter<T extends LogTexts = JobTexts> {
  /** Writes a line of any product, whose own type says which there are. */
  readonly writeAny: RunContext['log']
  write<C extends keyof T & string>(level: LogLevel, code: C, ...params: LogArguments<T, C>): void
  /**
   * Writes what is pending. Called before a run's state changes, so that the log is never behind the state. What could not
   * be written stays pending. Never called while it is under way: rows must become visible in their order.
   */
  flush(): Promise<void>
}

export interface RunLogReader {
  /**
   * Lines in order of time; `cursor` continues behind the page before and is undefined at the end; `position` is a cursor
   * also at the end, for whoever waits for more. @throws StegError `invalid-request` for any other cursor
   */
  page(
    tenantId: string,
    runId: string,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ lines: readonly LogLine[]; cursor: string | undefined; position: string | undefined }>
}

/** Where a page of a log ends: the row and how many of its lines were shown. */
const logCursor = /^([0-9]{1,9}-[0-9]{8})\.([0-9]{1,3})$/

export const logPartition = (tenantId: string, runId: string) => `${tenantId}~${runId}`

/** @param attempt keeps the lines of a run that is taken up again behind those of the attempts before. */
export function createRunLogWriter<T extends LogTexts = LogTexts>(parts: {
  store: Store
  tenantId: string
  runId: string
  attempt: number
  level: LogLevel
  now: () => number
}): RunLogWriter<T> {
  const table = runLogTable.bind(parts.store)
  const most = logLevels.indexOf(parts.level)
  let pending: LogLine[] = []
  let chunk = 0

  function write(level: LogLevel, code: string, params: LogParams = {}): void {
    if (logLevels.indexOf(level) > most) return
    pending.push({ at: parts.now(), level, code, params: shorten(params) })
  }

  return {
    write,
    writeAny: write,
    async flush() {
      const lines = pending
      pending = []
      const writes = rowsOf(lines).map((part, index) => ({
        kind: 'put' as const,
        key: `${parts.attempt}-${String(chunk + index).padStart(CHUNK_DIGITS, '0')}`,
        value: { lines: part },
        condition: { kind: 'any' as const },
      }))
      if (writes.length === 0) return
      try {
        await table.chunked(logPartition(parts.tenantId, parts.runId), writes)
        chunk += writes.length
      } catch (error) {
        pending = [...lines, ...pending]
        throw error
      }
    },
  }
}

function shorten(params: LogParams): LogLine['params'] {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > PARAMETER_CHARACTERS
        ? `${value.slice(0, PARAMETER_CHARACTERS)}…`
        : value,
    ]),
  )
}

function rowsOf(lines: readonly LogLine[]): LogLine[][] {
  const rows: LogLine[][] = []
  let row: LogLine[] = []
  let characters = 0
  for (const line of lines) {
    const size = JSON.stringify(line).length + 1
    if (row.length === 0 || row.length === LINES_PER_ROW || characters + size > CHARACTERS_PER_ROW) {
      row = []
      characters = 0
      rows.push(row)
    }
    row.push(line)
    characters += size
  }
  return rows
}

export function createRunLogReader(store: Store): RunLogReader {
  const table = runLogTable.bind(store)
  return {
    async page(tenantId, runId, { limit, cursor }) {
      const position = logCursor.exec(cursor ?? '')
      if (cursor !== undefined && position === null) {
        throw new StegError('invalid-request', { problems: 'cursor: not one that this query returned' })
      }
      const from = position?.[1]
      let skip = Number(position?.[2] ?? 0)
      let behind = cursor
      const lines: LogLine[] = []
      const rows = table.all(logPartition(tenantId, runId), from === undefined ? {} : { from })
      for await (const row of rows) {
        for (const [index, line] of row.value.lines.entries()) {
          if (index < skip) continue
          const at = `${row.key}.${index}`
          if (lines.length === limit) return { lines, cursor: at, position: at }
          lines.push(line)
          behind = `${row.key}.${index + 1}`
        }
        skip = 0
      }
      return { lines, cursor: undefined, position: behind }
    },
  }
}
