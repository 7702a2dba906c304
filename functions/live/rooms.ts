import type { Clock } from '../../shared/clock.ts'
import type { Language } from '../../shared/errors/error.ts'
import type { Random } from '../../shared/random.ts'
import type { Push } from '../platform/push/port.ts'
import { createLooks, type Look } from './looks.ts'
import { backstopAfter, pace } from './rules/pace.ts'
import { createSeat, EVERYTHING, type Seat } from './seat.ts'
import type { LiveSources } from './sources.ts'

/** What the streams of a tenant on this hub instance share: they are told together, and what one reads serves all. */
export interface Room {
  /** Counts up whenever what is known of callers may have become old. */
  readonly generation: () => number
  /** @param run the channel of the run that the stream follows */
  enter(run: string | undefined): Seat
  /** @param mark of what the stream has sent last; without one it gets what is no older than a moment */
  look(topic: string, language: Language, mark: string | undefined): Promise<Look>
}

export interface Rooms {
  of(tenantId: string): Room
  close(): void
}

/** Milliseconds between two looks at everything, however often something may have been missed. */
const GAP_REST = 1_000

/** The channel on which is told that something about signing in and rights has changed. */
export const ACCESS = 'access'
export const runChannel = (id: string) => `run:${id}`

export function createRooms(parts: {
  readonly push: Pick<Push, 'listen'>
  readonly sources: Pick<LiveSources, 'topics' | 'forget'>
  readonly clock: Clock
  readonly random: Random
}): Rooms {
  const rooms = new Map<string, ReturnType<typeof openRoom>>()
  return {
    of(tenantId) {
      const known = rooms.get(tenantId)
      if (known !== undefined) return known
      const room = openRoom(parts, tenantId, () => rooms.delete(tenantId))
      rooms.set(tenantId, room)
      return room
    },
    close() {
      for (const room of [...rooms.values()]) room.close()
    },
  }
}

function openRoom(parts: Parameters<typeof createRooms>[0], tenantId: string, onClosed: () => void) {
  const { sources, clock, random } = parts
  const topics = new Map(sources.topics.map((topic) => [topic.name, topic]))
  const seats = new Set<Seat>()
  const closing = new AbortController()
  /** When each channel was last passed on, and those that wait until they may be again. */
  const passedAt = new Map<string, number>()
  const waiting = new Set<string>()
  let leaving = new AbortController()
  let generation = 0

  const looks = createLooks({ tenantId, sources, clock, signal: closing.signal, onChanged: told })
  const subscription = parts.push.listen(tenantId, {
    onMessages: (messages) => told(messages.map(({ channel }) => channel)),
    onGap: () => told([EVERYTHING]),
  })
  void lookWithout()
  leaveWhenEmpty()

  function concerns(channel: string): boolean {
    if (topics.has(channel) || channel === ACCESS || channel === EVERYTHING) return true
    return [...seats].some(({ run }) => run === channel)
  }

  /** Passes on what has changed: at once, and while changes go on no more often than those who look can bear. */
  function told(channels: readonly string[]): void {
    const now: string[] = []
    for (const channel of channels) {
      if (waiting.has(channel) || !concerns(channel)) continue
      const rest = channel === EVERYTHING ? GAP_REST : (topics.get(channel)?.rest ?? pace.rest)
      const pause = (passedAt.get(channel) ?? Number.NEGATIVE_INFINITY) + rest - clock.now()
      if (pause <= 0) now.push(channel)
      else void passLater(channel, pause)
    }
    if (now.length > 0) pass(now)
  }

  async function passLater(channel: string, pause: number): Promise<void> {
    waiting.add(channel)
    await clock.sleep(Math.min(pause, pace.rest * 10), closing.signal).catch(() => undefined)
    waiting.delete(channel)
    if (!closing.signal.aborted && concerns(channel)) pass([channel])
  }

  function pass(channels: readonly string[]): void {
    for (const channel of channels) passedAt.set(channel, clock.now())
    const all = channels.includes(EVERYTHING)
    if (all || channels.includes(ACCESS)) generation += 1
    sources.forget(tenantId)
    looks.forget(all ? [...topics.keys()] : channels)
    for (const seat of seats) seat.tell(channels)
  }

  async function lookWithout(): Promise<void> {
    for (;;) {
      const [chance = 0] = random.bytes(1)
      await clock.sleep(backstopAfter(chance / 255), closing.signal).catch(() => undefined)
      if (closing.signal.aborted) return
      if (seats.size > 0) pass([EVERYTHING])
    }
  }

  function leaveWhenEmpty(): void {
    leaving = new AbortController()
    const signal = AbortSignal.any([leaving.signal, closing.signal])
    clock.sleep(pace.linger, signal).then(close, () => undefined)
  }

  function close(): void {
    if (closing.signal.aborted) return
    closing.abort(new Error('nobody listens'))
    subscription.close()
    sources.forget(tenantId)
    onClosed()
  }

  return {
    generation: () => generation,
    look: looks.look,
    enter(run: string | undefined): Seat {
      leaving.abort(new Error('somebody has come'))
      // Until now nobody followed the run here: what was read of it may be old.
      if (run !== undefined) sources.forget(tenantId)
      const seat = createSeat(clock, run, () => {
        seats.delete(seat)
        if (run !== undefined) passedAt.delete(run)
        if (seats.size === 0 && !closing.signal.aborted) leaveWhenEmpty()
      })
      seats.add(seat)
      return seat
    },
    close,
  }
}
