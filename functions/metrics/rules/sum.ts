import type { Counts } from '../../../shared/wire/counts.ts'

/** Two counts of different processes or hours, together. */
export function sumCounts(a: Counts, b: Counts): Counts {
  const errors = { ...a.errors }
  for (const [code, count] of Object.entries(b.errors)) errors[code] = (errors[code] ?? 0) + count
  return {
    calls: a.calls + b.calls,
    errors,
    latency: a.latency.map((count, bucket) => count + (b.latency[bucket] ?? 0)),
    requestBytes: a.requestBytes + b.requestBytes,
    responseBytes: a.responseBytes + b.responseBytes,
    late: a.late + b.late,
    reconnects: a.reconnects + b.reconnects,
  }
}
