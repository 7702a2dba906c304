import { describe, expect, it } from 'vitest'
import { createCurrentLine } from '../../../agent/connection/current-line.ts'
import { HubProblem } from '../../../agent/connection/hub.ts'
import type { Line } from '../../../agent/connection/line.ts'
import { createSupervisor } from '../../../agent/connection/supervisor.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { silentLogger } from '../../../shared/log.ts'
import type { SessionResponse } from '../../../shared/wire/enrolment.ts'
import { fakeClock } from '../fake-clock.ts'
import { someHeartbeats } from '../session.ts'

function fakeLine(name: string): Line & { name: string } {
  const { promise, resolve } = Promise.withResolvers<string>()
  return {
    name,
    heartbeats: someHeartbeats,
    lost: promise,
    lose: resolve,
    send: async () => undefined,
    stopReceiving: async () => undefined,
    idle: async () => undefined,
    close: async () => undefined,
  }
}

const revoked = new HubProblem('agent-revoked', 403, 'revoked', undefined)
const unreachable = new StegError('hub-unreachable', { hub: 'h', reason: 'down' })

function setup(first: { lifetimeSeconds?: number; session?: unknown; line?: unknown } = {}) {
  const { lifetimeSeconds = 3600 } = first
  const clock = fakeClock()
  const current = createCurrentLine(clock, clock.now)
  const lines: ReturnType<typeof fakeLine>[] = []
  const retired: string[] = []
  const events: string[] = []
  const attempts: number[] = []
  const begin = clock.now()
  let sessionFailure = () => first.session
  let lineFailure = () => first.line
  // The hub's clock is an hour ahead: only the difference of its own times counts.
  const hubNow = () => clock.now() + 3_600_000
  const session = (): SessionResponse => ({
    wire: 2,
    agentId: 'a',
    broker: { host: 'h', tls: true },
    requests: { queue: 'q', sas: 's' },
    replies: { queue: 'r', sas: 's' },
    heartbeats: { queue: 'b', sas: 's', ...someHeartbeats },
    events: { queue: 'e', sas: 's' },
    serverTime: new Date(hubNow()).toISOString(),
    expiresAt: new Date(hubNow() + lifetimeSeconds * 1000).toISOString(),
  })
  const supervisor = createSupervisor({
    openSession: async () => {
      attempts.push(clock.now() - begin)
      const failure = sessionFailure()
      if (failure !== undefined) throw failure
      return session()
    },
    openLine: async () => {
      const failure = lineFailure()
      if (failure !== undefined) throw failure
      const line = fakeLine(`line ${lines.length + 1}`)
      lines.push(line)
      return line
    },
    retire: async (line) => void retired.push((line as ReturnType<typeof fakeLine>).name),
    current,
    onEvent: (event, reason) => events.push(reason === undefined ? event : `${event}: ${reason}`),
    clock,
    random: () => 1,
    log: silentLogger,
  })
  const stop = new AbortController()
  const running = supervisor.run(stop.signal)
  return {
    clock,
    current,
    lines,
    retired,
    events,
    attempts,
    supervisor,
    stop,
    running,
    failSession: (failure: () => unknown) => {
      sessionFailure = failure
    },
    failLine: (failure: () => unknown) => {
      lineFailure = failure
    },
  }
}

describe('keeping the agent connected', () => {
  it('opens the next session at 70 % of the lifetime, while the present line still works', async () => {
    const { clock, current, lines, retired, events } = setup()
    await clock.advance(3600 * 0.7 * 1000 - 1)
    expect(lines).toHaveLength(1)
    await clock.advance(1)
    expect(current.get()).toBe(lines[1])
    expect([retired, events]).toEqual([['line 1'], ['opened', 'opened']])
    await clock.advance(3600 * 0.7 * 1000)
    expect(current.get()).toBe(lines[2])
  })

  it('keeps the present line while the next session cannot be opened, with growing pauses', async () => {
    const { clock, current, lines, events, attempts, failSession } = setup({ lifetimeSeconds: 1000 })
    await clock.advance(0)
    failSession(() => unreachable)
    await clock.advance(700_000 + 1000 + 2000)
    expect(current.get()).toBe(lines[0])
    expect(attempts).toEqual([0, 700_000, 701_000, 703_000])
    expect(events.slice(1)).toEqual(Array(3).fill(`failed: down`))
    failSession(() => undefined)
    await clock.advance(4000)
    expect(current.get()).toBe(lines[1])
  })

  it('waits 1, 2, 4 … 30 s while the hub cannot be reached, for ever', async () => {
    const { clock, attempts, lines, failSession } = setup({ session: unreachable })
    await clock.advance(121_000)
    expect(attempts.map((at) => at / 1000)).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121])
    failSession(() => undefined)
    await clock.advance(30_000)
    expect(lines).toHaveLength(1)
  })

  it('opens a new line soon after one is lost', async () => {
    const { clock, current, lines, retired, events } = setup()
    await clock.advance(100_000)
    lines[0]?.lose('gone')
    await clock.advance(0)
    expect(current.get()).toBeUndefined()
    await clock.advance(1000)
    expect(current.get()).toBe(lines[1])
    expect([retired, events]).toEqual([['line 1'], ['opened', 'lost: gone', 'opened']])
  })

  it('slows down when every line is lost at once', async () => {
    const { clock, lines } = setup()
    for (let second = 0; second < 120; second++) {
      lines.at(-1)?.lose('gone')
      await clock.advance(1000)
    }
    expect(lines.length).toBeLessThan(10)
    expect(lines.length).toBeGreaterThan(5)
  })

  it('opens a new session when it is asked to', async () => {
    const { clock, lines, supervisor, current } = setup()
    await clock.advance(1000)
    supervisor.renew('test')
    await clock.advance(0)
    expect(current.get()).toBe(lines[1])
  })

  it('tries again when the line cannot be opened', async () => {
    const { clock, lines, failLine, events } = setup({
      line: new StegError('bus-unavailable', { reason: 'closed' }),
    })
    await clock.advance(0)
    expect(events).toEqual([expect.stringContaining('closed')])
    failLine(() => undefined)
    await clock.advance(2000)
    expect(lines).toHaveLength(1)
  })

  it('ends only when the hub says twice that the agent is revoked', async () => {
    const { clock, lines, running, failSession, attempts } = setup()
    await clock.advance(100_000)
    const answers: unknown[] = [revoked, unreachable, revoked, revoked]
    failSession(() => answers.shift())
    lines[0]?.lose('queue removed')
    await clock.advance(60_000)
    expect(await running).toBe('revoked')
    expect(attempts).toHaveLength(5)
  })

  it('stays when the second answer is another one', async () => {
    const { clock, lines, failSession, current, stop, running } = setup()
    await clock.advance(100_000)
    const answers: unknown[] = [revoked]
    failSession(() => answers.shift())
    lines[0]?.lose('gone')
    await clock.advance(5000)
    expect(current.get()).toBe(lines[1])
    stop.abort()
    expect(await running).toBe('stopped')
  })

  it.each([
    ['connected', undefined],
    ['waiting', unreachable],
  ])('stops at once while %s, and leaves nothing asleep', async (_case, session) => {
    const { clock, running, stop } = setup({ session })
    await clock.advance(5000)
    stop.abort()
    expect(await running).toBe('stopped')
    expect(clock.sleeping()).toEqual([])
  })
})
