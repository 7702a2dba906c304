import { createHourlyCounts, type Happening, hourOf } from '../../shared/hourly-counts.ts'
import type { CountsReport } from '../../shared/wire/counts.ts'

/** News travel this often at most: each report is a write in the hub's store. */
const EVERY_MS = 5 * 60_000

export interface ReportedCounts {
  add(happening: Happening): void
  /** What there is to report, when there is news and the last report is long enough ago, or at any rate. */
  due(atAnyRate: boolean): CountsReport | undefined
  /** The broker has accepted this report. */
  reported(report: CountsReport): void
}

/** Counts of the agent between two reports. They are in memory: a process that is killed takes its last minutes along. */
export function createReportedCounts(parts: { source: string; now: () => number }): ReportedCounts {
  const hourly = createHourlyCounts(parts.now)
  let changes = 0
  let told = 0
  let asked = 0
  let toldAt = Number.NEGATIVE_INFINITY

  /** An hour that is over is told at once, so that it can be forgotten. */
  function isTime(): boolean {
    const now = parts.now()
    return Math.abs(now - toldAt) >= EVERY_MS || hourOf(now) !== hourOf(toldAt)
  }

  return {
    add(happening) {
      hourly.add(happening)
      changes += 1
    },
    due(atAnyRate) {
      const hours = hourly.hours()
      if (changes === told || hours.length === 0 || !(atAnyRate || isTime())) return undefined
      asked = changes
      return { source: parts.source, hours: [...hours] }
    },
    reported() {
      told = asked
      toldAt = parts.now()
      if (told === changes) hourly.forgetPast()
    },
  }
}
