import { z } from 'zod'

/** Upper bounds of the latency histogram's buckets in milliseconds, inclusive; one more bucket takes what is above. */
export const LATENCY_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000] as const
/** Codes told apart; further ones are counted as `other`. */
export const MAX_ERROR_CODES = 24
/** Hours in one report: the present one, and those before it that have not been reported to their end. */
export const MAX_REPORTED_HOURS = 3

const Count = z.int().min(0)

/** What one side has counted in one hour. */
export const Counts = z.object({
  calls: Count,
  errors: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/), Count)
    .refine((errors) => Object.keys(errors).length <= MAX_ERROR_CODES + 1, 'too many codes'),
  /** Calls by duration, see `LATENCY_BOUNDS_MS`. */
  latency: z.array(Count).length(LATENCY_BOUNDS_MS.length + 1),
  /** Bodies, uncompressed. */
  requestBytes: Count,
  responseBytes: Count,
  /** Came when it was of no more use: replies at the hub, requests at the agent. */
  late: Count,
  reconnects: Count,
})
export type Counts = z.infer<typeof Counts>

export const HourCounts = z.object({
  /** Hours since the epoch. */
  hour: z.int().min(0).max(9_999_999),
  counts: Counts,
})
export type HourCounts = z.infer<typeof HourCounts>

/**
 * What an agent tells about its work: for each hour everything since the hour or its process began, never a difference.
 * A report that is lost loses counts until the next one; one that comes twice changes nothing.
 */
export const CountsReport = z.object({
  /** The agent's process; counts of another one add to it. */
  source: z.string().regex(/^[0-9a-z]{8,32}$/),
  hours: z.array(HourCounts).min(1).max(MAX_REPORTED_HOURS),
})
export type CountsReport = z.infer<typeof CountsReport>
