import { describe, expect, it } from 'vitest'
import { startTimer, type TimerOptions } from '../../../infra/local/host/timer/listener.ts'
import { parseSchedule } from '../../../infra/local/host/timer/schedule.ts'
import { createMemoryTimerStatus, type TimerStatusStore } from '../../../infra/local/host/timer/status.ts'
import { silentLogger } from '../../../shared/log.ts'
import { type FakeClock, fakeClock } from '../../agent/fake-clock.ts'

const began = Date.parse('2026-03-02T10:03:00Z')
const minute = 60_000

interface Run {
  readonly at: string
  readonly data: unknown
}

function listen(
  expression: string,
  options: Partial<TimerOptions> & { clock?: FakeClock; store?: TimerStatusStore; takes?: number } = {},
) {
  const clock = options.clock ?? fakeClock(began)
  const runs: Run[] = []
  const listener = startTimer({
    name: 'timer',
    schedule: parseSchedule(expression, 'UTC'),
    runOnStartup: false,
    useMonitor: true,
    store: createMemoryTimerStatus(),
    log: silentLogger,
    run: async (json) => {
      runs.push({ at: new Date(clock.now()).toISOString().slice(11, 19), data: JSON.parse(json) })
      if (options.takes) await clock.sleep(options.takes)
    },
    ...options,
    clock,
  })
  return { clock, runs, listener, times: () => runs.map(({ at }) => at) }
}

describe('a timer', () => {
  it('runs at its times, with its status', async () => {
    const { clock, runs } = listen('0 */5 * * * *')
    await clock.advance(7 * minute)
    expect(runs).toEqual([
      {
        at: '10:05:00',
        data: {
          Schedule: { AdjustForDST: true },
          ScheduleStatus: {
            Last: '0001-01-01T00:00:00',
            Next: '2026-03-02T10:05:00.000Z',
            LastUpdated: '2026-03-02T10:03:00.000Z',
          },
          IsPastDue: false,
        },
      },
      {
        at: '10:10:00',
        data: {
          Schedule: { AdjustForDST: true },
          ScheduleStatus: {
            Last: '2026-03-02T10:05:00.000Z',
            Next: '2026-03-02T10:10:00.000Z',
            LastUpdated: '2026-03-02T10:05:00.000Z',
          },
          IsPastDue: false,
        },
      },
    ])
  })

  it('has no status when it fires more often than once a minute, or is not monitored', async () => {
    for (const timer of [listen('*/30 * * * * *'), listen('0 */5 * * * *', { useMonitor: false })]) {
      await timer.clock.advance(2 * minute)
      expect(timer.runs[0]?.data).toMatchObject({ ScheduleStatus: null })
    }
  })

  it('never overlaps itself; what became due meanwhile follows at once and only once', async () => {
    const { clock, times } = listen('0 */5 * * * *', { takes: 12 * minute })
    await clock.advance(30 * minute)
    expect(times()).toEqual(['10:05:00', '10:17:00', '10:29:00'])
  })

  it('goes on after a failed run', async () => {
    const { clock, times } = listen('0 */5 * * * *')
    let failures = 0
    const failing = listen('0 */5 * * * *', {
      clock,
      run: async () => {
        failures++
        throw new Error('failed')
      },
    })
    await clock.advance(7 * minute)
    expect(failures).toBe(times().length)
    failing.listener.stop()
  })

  it('runs at the start when asked to', async () => {
    const { clock, runs, times } = listen('0 */5 * * * *', { runOnStartup: true })
    await clock.advance(2 * minute)
    expect(times()).toEqual(['10:03:00', '10:05:00'])
    expect(runs[0]?.data).toMatchObject({ IsPastDue: false })
  })

  it('makes up a run that was missed while the host was down', async () => {
    const store = createMemoryTimerStatus()
    const clock = fakeClock(began)
    const first = listen('0 */5 * * * *', { store, clock })
    await clock.advance(3 * minute)
    first.listener.stop()
    await first.listener.stopped
    await clock.advance(20 * minute)
    const second = listen('0 */5 * * * *', { store, clock })
    await clock.advance(5 * minute)
    expect(first.times()).toEqual(['10:05:00'])
    expect(second.times()).toEqual(['10:26:00', '10:30:00'])
    expect(second.runs.map(({ data }) => data)).toMatchObject([{ IsPastDue: true }, { IsPastDue: false }])
  })

  it('does not take a changed schedule for a missed run', async () => {
    const store = createMemoryTimerStatus()
    const clock = fakeClock(began)
    const first = listen('0 */5 * * * *', { store, clock })
    await clock.advance(3 * minute)
    first.listener.stop()
    await clock.advance(20 * minute)
    const second = listen('0 0 * * * *', { store, clock })
    await clock.advance(40 * minute)
    expect(second.times()).toEqual(['11:00:00'])
  })

  it('stops between runs, and waits for the one that runs', async () => {
    const idle = listen('0 */5 * * * *')
    await idle.clock.advance(1)
    idle.listener.stop()
    await idle.listener.stopped
    expect(idle.clock.sleeping()).toHaveLength(0)

    const busy = listen('0 */5 * * * *', { takes: minute })
    await busy.clock.advance(2 * minute)
    let stopped = false
    busy.listener.stop()
    void busy.listener.stopped.then(() => {
      stopped = true
    })
    await busy.clock.advance(30_000)
    expect(stopped).toBe(false)
    await busy.clock.advance(30_000)
    expect(stopped).toBe(true)
    expect(busy.times()).toHaveLength(1)
  })

  it('waits longer than a Node timer can', async () => {
    const { clock, times } = listen('0 0 0 1 6 *')
    await clock.advance(91 * 86_400_000)
    expect(times()).toEqual(['00:00:00'])
  })
})
