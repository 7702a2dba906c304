import type { Clock } from '../../../../shared/clock.ts'
import type { Logger } from '../../../../shared/log.ts'
import { planNext, planStart, timerData } from './plan.ts'
import type { Schedule } from './schedule.ts'
import type { TimerStatus, TimerStatusStore } from './status.ts'

export interface TimerOptions {
  /** Names the stored status. */
  readonly name: string
  readonly schedule: Schedule
  readonly runOnStartup: boolean
  readonly useMonitor: boolean
  readonly store: TimerStatusStore
  readonly clock: Clock
  readonly log: Logger
  /** Runs the function with the timer's data as JSON. */
  run(data: string): Promise<unknown>
}

export interface TimerListener {
  /** Starts no more run; a running one goes on. */
  stop(): void
  /** Resolves after `stop()` when the last run has ended. */
  readonly stopped: Promise<void>
}

const monitoredFromMs = 60_000
/** Node's timers hold at most 24.8 days. */
const longestSleepMs = 24 * 86_400_000

/** Runs a function at the times of a schedule, one run at a time; what became due during a run follows at once. */
export function startTimer(options: TimerOptions): TimerListener {
  const stop = new AbortController()
  return {
    stop: () => stop.abort(),
    stopped: listen(options, stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return
      options.log.error('Timer stopped', { function: options.name, category: 'host', error })
    }),
  }
}

async function listen(options: TimerOptions, signal: AbortSignal): Promise<void> {
  const { name, schedule, clock, log } = options
  // The real host keeps no status for schedules that fire more often than once a minute.
  const monitored = options.useMonitor && shortestInterval(schedule, clock.now()) >= monitoredFromMs
  const store = monitored ? options.store : undefined

  const start = planStart(await store?.load(name), schedule, clock.now())
  if (start?.changed) await store?.save(name, start.status)
  let status: TimerStatus | undefined = start?.status
  let early = start?.pastDue ? ('past due' as const) : options.runOnStartup ? ('startup' as const) : undefined

  while (status && !signal.aborted) {
    if (early === undefined) await sleepUntil(status.next, clock, signal)
    const began = clock.now()
    await options
      .run(timerData(monitored ? status : undefined, early === 'past due'))
      .catch((error: unknown) => log.debug('Timer goes on after a failed run', { function: name, error }))
    status = planNext(status, schedule, began, early === undefined)
    if (status) await store?.save(name, status)
    early = undefined
  }
}

function shortestInterval(schedule: Schedule, now: number): number {
  let shortest = Number.POSITIVE_INFINITY
  let previous = schedule.next(now)
  for (let count = 0; previous !== undefined && count < 4; count++) {
    const next = schedule.next(previous)
    if (next !== undefined) shortest = Math.min(shortest, next - previous)
    previous = next
  }
  return shortest
}

async function sleepUntil(time: number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let left = time - clock.now(); left > 0; left = time - clock.now()) {
    await clock.sleep(Math.min(left, longestSleepMs), signal)
  }
}
