import { describe, expect, it, onTestFinished } from 'vitest'
import { createCurrentLine } from '../../../agent/connection/current-line.ts'
import { createEchoes } from '../../../agent/connection/echoes.ts'
import { beat, type Reporter } from '../../../agent/connection/heartbeat.ts'
import type { Line } from '../../../agent/connection/line.ts'
import { fakeClock } from '../fake-clock.ts'
import { someHeartbeats } from '../session.ts'

/** An agent's heartbeat over a line that accepts what it is told to, and a hub that answers as it is told to. */
function setup() {
  const clock = fakeClock()
  const begin = clock.now()
  let asleep = 0
  const monotonic = () => clock.now() - begin + asleep
  const echoes = createEchoes()
  const lost: string[] = []
  const renewed: number[] = []
  const beats: number[] = []
  const asked: number[] = []
  const hub = { accepts: true, answers: true }
  const line: Line = {
    send: async () => undefined,
    heartbeats: someHeartbeats,
    lost: new Promise(() => undefined),
    lose: (reason) => lost.push(reason),
    stopReceiving: async () => undefined,
    idle: async () => undefined,
    close: async () => undefined,
  }
  const current = createCurrentLine(clock, clock.now)
  current.set(line)
  const reporter: Reporter = {
    async report(_line, _kind, echo) {
      if (!hub.accepts) return new Promise(() => undefined)
      beats.push((clock.now() - begin) / 1000)
      if (echo === undefined) return
      asked.push((clock.now() - begin) / 1000)
      if (hub.answers) echoes.heard(echo)
    },
  }
  const stop = new AbortController()
  const renew = () => renewed.push((clock.now() - begin) / 1000)
  const running = beat(
    {
      current,
      reporter,
      echoes,
      clock,
      monotonic,
      clockJumped: () => false,
      renew,
      reportMore: async () => undefined,
    },
    stop.signal,
  )
  onTestFinished(async () => {
    stop.abort()
    await running
    expect(clock.sleeping()).toEqual([])
  })
  const pass = (seconds: number) => clock.advance(seconds * 1000)
  return {
    pass,
    hub,
    echoes,
    lost,
    renewed,
    beats,
    asked,
    sleep: (ms: number) => {
      asleep += ms
    },
  }
}

describe('the heartbeat', () => {
  it('comes every 30 s, asks for an echo at first and every 8 min, and changes nothing while all is well', async () => {
    const { pass, beats, asked, lost, renewed } = setup()
    await pass(95)
    expect(beats).toEqual([30, 60, 90])
    await pass(1000)
    expect(asked).toEqual([30, 510, 990])
    expect([lost, renewed]).toEqual([[], []])
  })

  it('gives a line up whose broker has not accepted it within 10 s', async () => {
    const { pass, hub, lost, renewed } = setup()
    await pass(31)
    hub.accepts = false
    await pass(38)
    expect(lost).toEqual([])
    await pass(1)
    expect(lost).toEqual([expect.stringContaining('within 10 s')])
    expect(renewed).toEqual([])
  })

  it('renews the session when nothing comes back through the own queue, ever more seldom', async () => {
    const { pass, hub, lost, renewed, asked } = setup()
    hub.answers = false
    await pass(50)
    expect(renewed).toEqual([50])
    await pass(1000)
    expect(asked).toEqual([30, 60, 120, 240, 480, 960])
    expect(renewed).toEqual(asked.map((at) => at + 20))
    expect(lost).toEqual([])
    hub.answers = true
    await pass(2000)
    expect(asked.slice(-3)).toEqual([1920, 2400, 2880])
  })

  it('asks for nothing while calls come through anyway', async () => {
    const busy = setup()
    for (let minute = 0; minute < 20; minute++) {
      busy.echoes.arrived()
      await busy.pass(60)
    }
    expect([busy.beats.length, busy.asked]).toEqual([40, []])
    await busy.pass(450)
    expect(busy.asked).toEqual([1620])
  })

  it('renews the session after it was asleep', async () => {
    const { pass, sleep, renewed } = setup()
    await pass(29)
    sleep(7000)
    await pass(1)
    expect(renewed).toEqual([30])
    await pass(60)
    expect(renewed).toEqual([30])
  })
})
