import { expect, it } from 'vitest'
import { createReportedCounts } from '../../../agent/connection/counts-report.ts'
import { CountsReport } from '../../../shared/wire/counts.ts'

const MINUTE = 60_000

function site() {
  let now = 1_000 * 3_600_000
  const counts = createReportedCounts({ source: 'process1', now: () => now })
  const beat = () => {
    const report = counts.due(false)
    if (report !== undefined) counts.reported(CountsReport.parse(report))
    return report?.hours.map(({ hour, counts: { calls } }) => [hour, calls])
  }
  return {
    counts,
    beat,
    pass: (ms: number) => {
      now += ms
    },
  }
}

it('reports news with the next heartbeat, then every five minutes at most, and nothing when there is nothing', () => {
  const { counts, beat, pass } = site()
  expect(beat()).toBeUndefined()
  counts.add({ calls: 1 })
  expect(beat()).toEqual([[1000, 1]])
  counts.add({ calls: 1 })
  pass(4 * MINUTE)
  expect(beat()).toBeUndefined()
  pass(MINUTE)
  expect(beat()).toEqual([[1000, 2]])
  pass(30 * MINUTE)
  expect(beat()).toBeUndefined()
})

it('tells an hour to its end before it forgets it', () => {
  const { counts, beat, pass } = site()
  counts.add({ calls: 1 })
  pass(58 * MINUTE)
  expect(beat()).toEqual([[1000, 1]])
  counts.add({ calls: 1 })
  pass(2 * MINUTE)
  counts.add({ calls: 5 })
  expect(beat()).toEqual([
    [1000, 2],
    [1001, 5],
  ])
  counts.add({ calls: 1 })
  pass(5 * MINUTE)
  expect(beat()).toEqual([[1001, 6]])
})

it('tells again what the broker has not accepted', () => {
  const { counts, pass } = site()
  counts.add({ calls: 1 })
  expect(counts.due(false)?.hours).toHaveLength(1)
  pass(1000)
  expect(counts.due(false)?.hours).toHaveLength(1)
})

it('tells everything when the agent leaves', () => {
  const { counts, beat } = site()
  counts.add({ calls: 1 })
  beat()
  counts.add({ calls: 1 })
  expect(counts.due(true)?.hours[0]?.counts.calls).toBe(2)
})
