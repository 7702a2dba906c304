import {
  type Counts,
  type HourCounts,
  LATENCY_BOUNDS_MS,
  MAX_ERROR_CODES,
  MAX_REPORTED_HOURS,
} from './wire/counts.ts'

const HOUR_MS = 3_600_000

/** Something that happened; what is left out did not. */
export interface Happening {
  readonly calls?: number
  /** Code of the failure. */
  readonly error?: string
  /** How long a call took, in milliseconds. */
  readonly ms?: number
  readonly requestBytes?: number
  readonly responseBytes?: number
  readonly late?: number
  readonly reconnects?: number
}

/** Counts by the hour, in memory: a few numbers for each hour, whatever happens. */
export interface HourlyCounts {
  add(happening: Happening): void
  /** The hours at hand, oldest first. */
  hours(): readonly HourCounts[]
  /** Lets go of hours that are over. */
  forgetPast(): void
}

export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS)
}

export function startOfHour(hour: number): number {
  return hour * HOUR_MS
}

export function noCounts(): Counts {
  return {
    calls: 0,
    errors: {},
    latency: Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, () => 0),
    requestBytes: 0,
    responseBytes: 0,
    late: 0,
    reconnects: 0,
  }
}

export function createHourlyCounts(now: () => number): HourlyCounts {
  const kept = new Map<number, Counts>()

  function present(): Counts {
    const hour = hourOf(now())
    const counts = kept.get(hour) ?? noCounts()
    kept.set(hour, counts)
    const oldest = kept.keys().next()
    if (kept.size > MAX_REPORTED_HOURS && !oldest.done) kept.delete(oldest.value)
    return counts
  }

  return {
    add({ calls = 0, error, ms, requestBytes = 0, responseBytes = 0, late = 0, reconnects = 0 }) {
      const counts = present()
      counts.calls += calls
      counts.requestBytes += requestBytes
      counts.responseBytes += responseBytes
      counts.late += late
      counts.reconnects += reconnects
      if (error !== undefined) countError(counts.errors, error)
      if (ms !== undefined) {
        const bucket = bucketOf(ms)
        counts.latency[bucket] = (counts.latency[bucket] ?? 0) + 1
      }
    },
    hours: () => Array.from(kept, ([hour, counts]) => ({ hour, counts: structuredClone(counts) })),
    forgetPast() {
      const hour = hourOf(now())
      for (const key of kept.keys()) if (key < hour) kept.delete(key)
    },
  }
}

function bucketOf(ms: number): number {
  const found = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound)
  return found === -1 ? LATENCY_BOUNDS_MS.length : found
}

function countError(errors: Record<string, number>, code: string): void {
  const known = Object.hasOwn(errors, code) || Object.keys(errors).length < MAX_ERROR_CODES
  const name = known ? code : 'other'
  errors[name] = (errors[name] ?? 0) + 1
}
