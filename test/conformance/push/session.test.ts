import { expect, it } from 'vitest'
import { createSession } from '../../../functions/platform/push/session.ts'
import { silentLogger } from '../../../shared/log.ts'
import { fakeClock, settle } from '../../agent/fake-clock.ts'

/** A session on a bus that the test decides about. */
function site() {
  const clock = fakeClock()
  let refused = false
  let ends: (() => void)[] = []
  const counts = { opened: 0, closed: 0, gaps: 0 }
  const session = createSession({
    bus: {
      ensureQueue: () => Promise.resolve(),
      async openReplySession(_queue, _id, _onReply, onLost) {
        if (refused) throw new Error('away')
        counts.opened += 1
        ends.push(() => onLost('test'))
        return {
          check: () => Promise.resolve(),
          async close() {
            counts.closed += 1
          },
        }
      },
    },
    clock,
    log: silentLogger,
    instanceId: 'hub-one',
    onBody: () => undefined,
    onGap: () => {
      counts.gaps += 1
    },
  })
  return {
    clock,
    session,
    counts,
    refuse(yes: boolean) {
      refused = yes
    },
    lose() {
      const lost = ends
      ends = []
      for (const end of lost) end()
    },
  }
}

it('a session is opened again at once when it is lost after long, and everything is looked at', async () => {
  const { session, clock, counts, lose } = site()
  await session.open()
  await clock.advance(60_000)
  lose()
  await clock.advance(0)
  expect(counts).toEqual({ opened: 2, closed: 0, gaps: 1 })
  await session.close()
})

it('a session that is lost again and again is opened less and less often', async () => {
  const { session, clock, counts, lose } = site()
  await session.open()
  for (let n = 0; n < 600; n++) {
    lose()
    await clock.advance(100)
  }
  expect(counts.opened).toBeLessThanOrEqual(12)
  expect(counts.gaps).toBe(counts.opened - 1)
  await session.close()
})

it('a broker that is away is asked again until it is there', async () => {
  const { session, clock, counts, refuse } = site()
  refuse(true)
  let held = false
  void session.open().then(() => {
    held = true
  })
  await clock.advance(60_000)
  expect([held, counts.gaps]).toEqual([false, 0])
  refuse(false)
  await clock.advance(10_000)
  expect([held, counts.opened, counts.gaps]).toEqual([true, 1, 0])
  await session.close()
  await settle()
  expect(counts.closed).toBe(1)
})

it('a session that is wanted again while it closes is opened after it', async () => {
  const { session, counts, clock } = site()
  await session.open()
  void session.close()
  await session.open()
  expect(counts).toMatchObject({ opened: 2, closed: 1 })
  await session.close()
  await clock.advance(60_000)
  expect(counts.opened).toBe(2)
  expect(clock.sleeping()).toEqual([])
})
