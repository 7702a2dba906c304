import type { FaultKind } from './fault-rules.ts'

/** One request as it came, without its body: bodies hold passwords. */
export interface JournalEntry {
  readonly number: number
  /** Milliseconds since the epoch by the injected clock. */
  readonly at: number
  readonly method: string
  /** Below the base path, as it was written. */
  readonly path: string
  readonly query: string
  readonly database: string | null
  readonly requestId: string | null
  /** Status of the answer; null while there is none, and for good when the connection was dropped. */
  status: number | null
  faults: readonly FaultKind[]
  /** The simulator's own failure: never expected. */
  error?: string
}

export interface RequestReport {
  readonly total: number
  /** Requests by `METHOD path`, the path in lower case. */
  readonly counts: Readonly<Record<string, number>>
  /** The latest requests, oldest first. */
  readonly requests: readonly JournalEntry[]
}

export interface Journal {
  add(entry: Omit<JournalEntry, 'number' | 'status' | 'faults'>): JournalEntry
  report(): RequestReport
  reset(): void
}

const keptRequests = 20_000
const keptPaths = 1_000

export function createJournal(): Journal {
  let total = 0
  let counts = new Map<string, number>()
  let requests: JournalEntry[] = []
  return {
    add: (entry) => {
      total++
      const known = `${entry.method} ${entry.path.toLowerCase()}`
      const name = counts.has(known) || counts.size < keptPaths ? known : 'others'
      counts.set(name, (counts.get(name) ?? 0) + 1)
      const kept: JournalEntry = { ...entry, number: total, status: null, faults: [] }
      requests.push(kept)
      if (requests.length >= 2 * keptRequests) requests = requests.slice(-keptRequests)
      return kept
    },
    report: () => ({
      total,
      counts: Object.fromEntries(counts),
      requests: requests.slice(-keptRequests).map((entry) => ({ ...entry })),
    }),
    reset: () => {
      total = 0
      counts = new Map()
      requests = []
    },
  }
}
