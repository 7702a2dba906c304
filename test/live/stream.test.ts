import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Marks, marksOf } from '../../functions/live/rules/events.ts'
import { pace } from '../../functions/live/rules/pace.ts'
import type { LiveSources } from '../../functions/live/sources.ts'
import { liveStream, type Permission } from '../../functions/live/stream.ts'
import { StegError } from '../../shared/errors/error.ts'
import { type FakeClock, fakeClock, settle } from '../agent/fake-clock.ts'

const topics = ['agents', 'jobs', 'bookings', 'setup'] as const
type Topic = (typeof topics)[number]
const all: Permission = { tenantId: 't', topics: new Set(topics), run: true, log: true }

let clock: FakeClock
let stopping: AbortController
let values: Record<Topic, number>
let reads: Record<string, number>
let run: { value: number; ended: boolean }
let lines: number
let permission: Permission | undefined
let outage: boolean

beforeEach(() => {
  clock = fakeClock()
  stopping = new AbortController()
  values = { agents: 1, jobs: 1, bookings: 1, setup: 1 }
  reads = {}
  run = { value: 1, ended: false }
  lines = 0
  permission = all
  outage = false
})
afterEach(() => stopping.abort())

function sources(): LiveSources {
  const count = (name: string) => {
    reads[name] = (reads[name] ?? 0) + 1
    if (outage) throw new StegError('store-unavailable', { reason: 'x' })
  }
  const topic = (name: Topic) => async () => {
    count(name)
    return { data: { value: values[name] }, mark: `v${values[name]}` }
  }
  return {
    topics: topics.map((name) => ({
      ...{ name, costly: name === 'bookings' || name === 'setup', read: topic(name) },
    })),
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
  const stream = liveStream({
    sources: sources(),
    clock,
    signal: stopping.signal,
    language: 'de',
    topics: new Set(options.wanted ?? topics),
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
    await clock.advance(pace.idle)
    expect(events().slice(4)).toEqual(['jobs'])
    expect(pieces.at(-1)).toContain('data: {"value":2}')
  })

  it('looks at what costs more when something has changed, and now and then', async () => {
    const { events } = listen()
    await clock.advance(pace.idle)
    values.setup = 2
    values.agents = 2
    await clock.advance(pace.idle)
    expect(events().slice(4)).toEqual(['agents', 'setup'])
    values.bookings = 2
    await clock.advance(pace.dear + pace.idle)
    expect(events().slice(6)).toEqual(['bookings'])
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
    const second = listen({ marks })
    await settle()
    expect(second.events()).toEqual(['bookings'])
  })

  it('ends itself in time', async () => {
    const { state } = listen()
    await clock.advance(pace.lifetime - 10_000)
    expect(state.over).toBe(false)
    await clock.advance(10_000 + pace.idle)
    expect(state.over).toBe(true)
    expect(clock.sleeping()).toEqual([])
  })

  it('ends when the session has ended, and says so', async () => {
    const { state, events } = listen()
    await settle()
    permission = undefined
    await clock.advance(pace.permission + pace.idle)
    expect(state.over).toBe(true)
    expect(events().at(-1)).toBe('end')
  })

  it('tells no more than the caller may hear now', async () => {
    permission = { ...all, topics: new Set<Topic>(['agents']) }
    const { events } = listen({ run: true })
    await settle()
    expect(events()).toEqual(['agents', 'run'])
    permission = { ...all, topics: new Set<Topic>(['agents']), run: false, log: false }
    await clock.advance(pace.permission + pace.idle)
    run.value = 2
    values.agents = 2
    values.jobs = 2
    await clock.advance(pace.idle)
    expect(events()).toEqual(['agents', 'run', 'agents'])
  })

  it('goes on when the store is away for a moment', async () => {
    const { events, state } = listen({ wanted: ['agents'] })
    await settle()
    outage = true
    values.agents = 2
    await clock.advance(20_000)
    expect(events()).toEqual(['agents'])
    outage = false
    await clock.advance(pace.idle)
    expect(events()).toEqual(['agents', 'agents'])
    expect(state.over).toBe(false)
  })

  it('ends at once when nobody listens any more, also while it waits', async () => {
    const { done, state } = listen()
    await settle()
    stopping.abort()
    await done
    expect(state.over).toBe(true)
    expect(clock.sleeping()).toEqual([])
  })

  it('reads nothing for a reader that does not read', async () => {
    const stream = liveStream({
      sources: sources(),
      clock,
      signal: stopping.signal,
      language: 'en',
      topics: new Set(topics),
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
    await clock.advance(pace.idle)
    expect(pieces.at(-1)).toContain('data: {"from":7,"to":8}')
    lines = 9
    run = { value: 2, ended: true }
    await clock.advance(pace.idle)
    expect(events().slice(5)).toEqual(['log', 'run'])
    const before = { ...reads }
    await clock.advance(60_000)
    expect(reads).toEqual(before)
  })

  it('goes on behind the last line that was seen', async () => {
    lines = 5
    const { pieces } = listen({ run: true, wanted: [], marks: { log: '1-00000000.4', run: 'r1' } })
    await settle()
    expect(pieces.slice(1)).toHaveLength(1)
    expect(pieces[1]).toContain('data: {"from":4,"to":5}')
  })
})
