import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ACCESS, createRooms, type Rooms, runChannel } from '../../functions/live/rooms.ts'
import { type Marks, marksOf } from '../../functions/live/rules/events.ts'
import { pace } from '../../functions/live/rules/pace.ts'
import type { LiveSource, LiveSources } from '../../functions/live/sources.ts'
import { liveStream, type Permission } from '../../functions/live/stream.ts'
import { JOIN_MS } from '../../functions/platform/push/bursts.ts'
import { createInProcessPush } from '../../functions/platform/push/in-process.ts'
import type { Push } from '../../functions/platform/push/port.ts'
import { StegError } from '../../shared/errors/error.ts'
import { type FakeClock, fakeClock, settle } from '../agent/fake-clock.ts'

const topics = ['agents', 'jobs', 'bookings', 'setup'] as const
type Topic = (typeof topics)[number]

/** From a change to the stream. */
const SOON = JOIN_MS + 1
/** The next look without being told, at the latest. */
const BACKSTOP = 1.1 * pace.backstop

const all: Permission = { tenantId: 't', topics: new Set(topics), run: true, log: true }

let clock: FakeClock
let push: Push
let rooms: Rooms
let stopping: AbortController
let values: Record<Topic, number>
let reads: Record<string, number>
let run: { value: number; ended: boolean }
let lines: number
let permission: Permission | undefined
let outage: boolean
let changesAt: number | undefined

beforeEach(() => {
  clock = fakeClock()
  stopping = new AbortController()
  values = { agents: 1, jobs: 1, bookings: 1, setup: 1 }
  reads = {}
  run = { value: 1, ended: false }
  lines = 0
  permission = all
  outage = false
  changesAt = undefined
  push = createInProcessPush(clock)
  rooms = createRooms({
    push,
    sources: sources(),
    clock,
    random: { bytes: (n) => new Uint8Array(n).fill(128) },
  })
})
afterEach(() => {
  stopping.abort()
  rooms.close()
})

/** Tells, as the store does after a write. */
async function told(...channels: readonly string[]) {
  push.publish(
    't',
    channels.map((channel) => ({ channel })),
  )
  await clock.advance(SOON)
}

function sources(): LiveSources {
  const count = (name: string) => {
    reads[name] = (reads[name] ?? 0) + 1
    if (outage) throw new StegError('store-unavailable', { reason: 'x' })
  }
  const topic = (name: Topic): LiveSource => ({
    name,
    tables: [],
    right: 'jobs:read',
    aboutEverybody: false,
    rest: name === 'setup' ? 1_000 : 200,
    async read() {
      count(name)
      const changes =
        changesAt === undefined || !['agents', 'setup'].includes(name)
          ? undefined
          : { at: changesAt, by: 'agents' }
      return { data: { value: values[name] }, mark: `v${values[name]}`, changes }
    },
  })
  return {
    topics: topics.map(topic),
    forget: () => undefined,
    async run() {
      count('run')
      return { data: run.value, mark: `r${run.value}`, ended: run.ended }
    },
    async log(_tenant, _id, position) {
      count('log')
      const from = Number(position?.split('.')[1] ?? 0)
      const to = Math.min(lines, from + 3)
      return { data: { from, to }, count: to - from, more: to < lines, position: `1-00000000.${to}` }
    },
  }
}

/** Listens, taking each piece as it comes. */
function listen(options: { marks?: Marks; run?: boolean; wanted?: readonly Topic[] } = {}) {
  const pieces: string[] = []
  const room = rooms.of('t')
  const stream = liveStream({
    sources: sources(),
    room,
    seat: room.enter(options.run ? runChannel('r1') : undefined),
    clock,
    signal: stopping.signal,
    language: 'de',
    topics: options.wanted ?? topics,
    run: options.run ? { job: 'J', id: 'r1' } : undefined,
    marks: options.marks ?? {},
    permission: async () => permission,
  })
  const state = { over: false }
  const done = (async () => {
    for await (const piece of stream) pieces.push(piece)
    state.over = true
  })()
  const events = () =>
    pieces.flatMap((piece) => (piece.startsWith('event: ') ? [piece.split('\n')[0]?.slice(7) ?? ''] : []))
  const lastMarks = () => marksOf(/\nid: (.*)\n/.exec(pieces.at(-1) ?? '')?.[1] ?? '')
  return { pieces, events, done, state, lastMarks }
}

describe('a live stream', () => {
  it('begins with everything, and then tells only what changes', async () => {
    const { events, pieces } = listen()
    await settle()
    expect(events()).toEqual(['agents', 'jobs', 'bookings', 'setup'])
    await clock.advance(10_000)
    expect(events()).toHaveLength(4)
    values.jobs = 2
    await told('jobs')
    expect(events().slice(4)).toEqual(['jobs'])
    expect(pieces.at(-1)).toContain('data: {"value":2}')
  })

  it('reads nothing while nothing is told, but for a look a minute that all streams share', async () => {
    const streams = [listen(), listen(), listen()]
    await settle()
    expect(reads).toEqual({ agents: 1, jobs: 1, bookings: 1, setup: 1 })
    await clock.advance(pace.backstop - 1_000)
    expect(reads).toEqual({ agents: 1, jobs: 1, bookings: 1, setup: 1 })
    values.jobs = 2
    await clock.advance(2_000)
    expect(reads).toEqual({ agents: 2, jobs: 2, bookings: 2, setup: 2 })
    for (const { events } of streams) expect(events().slice(4)).toEqual(['jobs'])
  })

  it('reads for all streams what one of them is told, and nothing else', async () => {
    const streams = Array.from({ length: 20 }, () => listen())
    await settle()
    values.agents = 2
    await told('agents', 'agents', 'something else')
    expect(reads).toEqual({ agents: 2, jobs: 1, bookings: 1, setup: 1 })
    for (const { events } of streams) expect(events().slice(4)).toEqual(['agents'])
  })

  it('looks at once, and while changes go on no more often than what it costs allows', async () => {
    const { pieces } = listen({ wanted: ['setup'] })
    await settle()
    for (let n = 2; n <= 101; n++) {
      values.setup = n
      await told('setup')
    }
    const seconds = (100 * SOON) / 1_000
    expect(reads.setup).toBeGreaterThanOrEqual(seconds)
    expect(reads.setup).toBeLessThanOrEqual(seconds + 3)
    await clock.advance(1_000)
    expect(pieces.at(-1)).toContain('data: {"value":101}')
    expect(reads.setup).toBeLessThanOrEqual(seconds + 3)
  })

  it('looks when something may have been missed', async () => {
    let gap: () => void = () => undefined
    rooms.close()
    const listening: Pick<Push, 'listen'> = {
      listen(_, { onGap }) {
        gap = onGap
        return { ready: Promise.resolve(), close: () => undefined }
      },
    }
    rooms = createRooms({
      push: listening,
      sources: sources(),
      clock,
      random: { bytes: (n) => new Uint8Array(n) },
    })
    const { events } = listen()
    await settle()
    values.bookings = 2
    gap()
    await settle()
    expect(events().slice(4)).toEqual(['bookings'])
  })

  it('looks when time alone has changed something, once for all, and only then', async () => {
    changesAt = clock.now() + 20_000
    const streams = [listen(), listen()]
    await clock.advance(19_000)
    expect(reads).toEqual({ agents: 1, jobs: 1, bookings: 1, setup: 1 })
    // The agent has reported since: it is looked, and nothing is to be told.
    changesAt = clock.now() + 30_000
    await clock.advance(1_000)
    const looked = reads.agents
    await clock.advance(28_000)
    expect(reads.agents).toBe(looked)
    values.agents = 2
    values.setup = 2
    changesAt = undefined
    await clock.advance(2_500)
    for (const { events } of streams) expect(events().slice(4)).toEqual(['agents', 'setup'])
    expect(reads).toMatchObject({ jobs: 1, bookings: 1 })
  })

  it('costs nothing when a browser connects again while nothing has changed', async () => {
    const first = listen()
    await settle()
    const marks = first.lastMarks()
    await clock.advance(20_000)
    const before = { ...reads }
    const again = listen({ marks })
    await settle()
    expect(again.events()).toEqual([])
    expect(reads).toEqual(before)
  })

  it('is never silent for longer than the heartbeat', async () => {
    const { pieces } = listen()
    await settle()
    for (let quiet = 0; quiet < 6; quiet++) {
      const before = pieces.length
      await clock.advance(pace.heartbeat)
      expect(pieces.length).toBeGreaterThan(before)
      expect(pieces.slice(before).every((piece) => piece === ':\n\n')).toBe(true)
    }
  })

  it('sends nothing again to a browser that comes back, except what changed meanwhile', async () => {
    const first = listen()
    await settle()
    const marks = first.lastMarks()
    values.bookings = 2
    await told('bookings')
    const second = listen({ marks })
    await settle()
    expect(second.events()).toEqual(['bookings'])
  })

  it('ends itself in time', async () => {
    const { state } = listen()
    await clock.advance(pace.lifetime - 10_000)
    expect(state.over).toBe(false)
    await clock.advance(10_000)
    expect(state.over).toBe(true)
    rooms.close()
    await settle()
    expect(clock.sleeping()).toEqual([])
  })

  it('ends when the session has ended, and says so', async () => {
    const { state, events } = listen()
    await settle()
    permission = undefined
    await told(ACCESS)
    expect(state.over).toBe(true)
    expect(events().at(-1)).toBe('end')
  })

  it('ends when the session has run out, and tells nothing more after it', async () => {
    const quiet = listen()
    const busy = listen()
    await clock.advance(pace.permission)
    permission = undefined
    values.jobs = 2
    await told('jobs')
    expect(busy.events().slice(4)).toEqual(['end'])
    await clock.advance(BACKSTOP)
    expect(quiet.events().slice(4)).toEqual(['end'])
    expect(quiet.state.over).toBe(true)
  })

  it('tells no more than the caller may hear now', async () => {
    permission = { ...all, topics: new Set(['agents']) }
    const { events } = listen({ run: true })
    await settle()
    expect(events()).toEqual(['agents', 'run'])
    permission = { ...all, topics: new Set(['agents']), run: false, log: false }
    await told(ACCESS)
    run.value = 2
    values.agents = 2
    values.jobs = 2
    await told('agents', 'jobs', runChannel('r1'))
    expect(events()).toEqual(['agents', 'run', 'agents'])
  })

  it('goes on when the store is away for a moment', async () => {
    const { events, state } = listen({ wanted: ['agents'] })
    await settle()
    outage = true
    values.agents = 2
    await told('agents')
    await clock.advance(20_000)
    expect(events()).toEqual(['agents'])
    outage = false
    await clock.advance(pace.retry)
    expect(events()).toEqual(['agents', 'agents'])
    expect(state.over).toBe(false)
  })

  it('ends at once when nobody listens any more, also while it waits', async () => {
    const { done, state } = listen()
    await settle()
    stopping.abort()
    await done
    expect(state.over).toBe(true)
    rooms.close()
    await settle()
    expect(clock.sleeping()).toEqual([])
  })

  it('reads nothing for a reader that does not read', async () => {
    const room = rooms.of('t')
    const stream = liveStream({
      sources: sources(),
      room,
      seat: room.enter(undefined),
      clock,
      signal: stopping.signal,
      language: 'en',
      topics,
      run: undefined,
      marks: {},
      permission: async () => all,
    })
    await stream.next()
    await stream.next()
    const before = { ...reads }
    values.agents = 2
    await clock.advance(60_000)
    expect(reads).toEqual(before)
  })
})

describe('a run that is watched', () => {
  it('comes with its log page by page, the log never behind the end, and then costs nothing more', async () => {
    lines = 7
    const { events, pieces } = listen({ run: true, wanted: [] })
    await settle()
    expect(events()).toEqual(['log', 'log', 'log', 'run'])
    lines = 8
    await told(runChannel('r1'))
    expect(pieces.at(-1)).toContain('data: {"from":7,"to":8}')
    lines = 9
    run = { value: 2, ended: true }
    await clock.advance(pace.rest)
    await told(runChannel('r1'))
    expect(events().slice(5)).toEqual(['log', 'run'])
    const before = { ...reads }
    await clock.advance(60_000)
    expect(reads).toEqual(before)
  })

  it('costs nothing to those who follow another', async () => {
    const { events } = listen({ run: true, wanted: [] })
    await settle()
    const before = { ...reads }
    run.value = 2
    await told(runChannel('r2'), runChannel('r1~'))
    expect(reads).toEqual(before)
    await told(runChannel('r1'))
    expect(events()).toEqual(['run', 'run'])
  })

  it('goes on behind the last line that was seen', async () => {
    lines = 5
    const { pieces } = listen({ run: true, wanted: [], marks: { log: '1-00000000.4', run: 'r1' } })
    await settle()
    expect(pieces.slice(1)).toHaveLength(1)
    expect(pieces[1]).toContain('data: {"from":4,"to":5}')
  })
})
