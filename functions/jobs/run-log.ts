import type { Store } from '../platform/store/port.ts'
import { type LogLevel, type LogLine, logLevels, runLogTable } from './rows.ts'
import type { LogCode, LogParams } from './rules/texts.ts'

/** Lines of one row; with 200 bytes a line it stays below the limit of one property. */
const LINES_PER_ROW = 100
const CHUNK_DIGITS = 8

export interface RunLogWriter {
  write(level: LogLevel, code: LogCode, params?: LogParams): void
  /** Writes what is pending. Called before a run's state changes, so that the log is never behind the state. */
  flush(): Promise<void>
}

export interface RunLogReader {
  /** Lines in order of time; `cursor` continues behind the page before. */
  page(
    tenantId: string,
    runId: string,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ lines: readonly LogLine[]; cursor: string | undefined }>
}

const partitionOf = (tenantId: string, runId: string) => `${tenantId}~${runId}`

/** @param attempt keeps the lines of a run that is taken up again behind those of the attempts before. */
export function createRunLogWriter(parts: {
  store: Store
  tenantId: string
  runId: string
  attempt: number
  level: LogLevel
  now: () => number
}): RunLogWriter {
  const table = runLogTable.bind(parts.store)
  const most = logLevels.indexOf(parts.level)
  let pending: LogLine[] = []
  let chunk = 0

  return {
    write(level, code, params = {}) {
      if (logLevels.indexOf(level) > most) return
      pending.push({ at: parts.now(), level, code, params: { ...params } })
    },
    async flush() {
      const lines = pending
      pending = []
      const writes = []
      for (let from = 0; from < lines.length; from += LINES_PER_ROW) {
        const key = `${parts.attempt}-${String(chunk++).padStart(CHUNK_DIGITS, '0')}`
        const value = { lines: lines.slice(from, from + LINES_PER_ROW) }
        writes.push({ kind: 'put' as const, key, value, condition: { kind: 'any' as const } })
      }
      if (writes.length > 0) await table.chunked(partitionOf(parts.tenantId, parts.runId), writes)
    },
  }
}

export function createRunLogReader(store: Store): RunLogReader {
  const table = runLogTable.bind(store)
  return {
    async page(tenantId, runId, { limit, cursor }) {
      const position = /^([0-9]+-[0-9]+)\.([0-9]+)$/.exec(cursor ?? '')
      const from = position?.[1]
      let skip = Number(position?.[2] ?? 0)
      const lines: LogLine[] = []
      const rows = table.all(partitionOf(tenantId, runId), from === undefined ? {} : { from })
      for await (const row of rows) {
        for (const [index, line] of row.value.lines.entries()) {
          if (index < skip) continue
          if (lines.length === limit) return { lines, cursor: `${row.key}.${index}` }
          lines.push(line)
        }
        skip = 0
      }
      return { lines, cursor: undefined }
    },
  }
}
