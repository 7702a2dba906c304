import { deliverLane } from '../../../functions/sync/delivery/lane.ts'
import type { Answer, Delivery, DeliveryNews, Move } from '../../../functions/sync/delivery/port.ts'
import type { Recognition } from '../../../functions/sync/delivery/rules/answer.ts'
import type { Attempt } from '../../../functions/sync/delivery/rules/attempt.ts'
import { type DeliveryState, life } from '../../../functions/sync/delivery/rules/life.ts'
import type { AttemptLimits } from '../../../functions/sync/delivery/rules/plan.ts'
import { deliverAll } from '../../../functions/sync/delivery/run.ts'
import { StegError } from '../../../shared/errors/error.ts'
import type { instantClock } from '../../clock.ts'

const SETTLE_MS = 30_000

export interface Item {
  readonly id: string
  readonly lane: string
  /** Two items may say the same. */
  readonly content: string
  /** The target does not take it. */
  readonly bad: boolean
}

interface Row extends Item {
  readonly state: DeliveryState
  readonly attempt: Attempt | undefined
  readonly attempts: number
  readonly error: string | undefined
}

export interface Held {
  readonly row: Row
  readonly version: number
}

/** What the target shows of an entry: never `of`, which only the test looks at. */
export interface Entry {
  readonly id: string
  readonly lane: string
  readonly content: string
  readonly mark: string | undefined
  readonly of: string | undefined
}

/** What happens to one request. `late`: executed up to the last moment at which it may be. */
export const faults = [
  'none',
  'cut',
  'cut-after',
  'cut-late',
  'lost',
  'lost-after',
  'late',
  'unclear',
  'unclear-after',
  'signed-out',
  'signed-out-after',
  'gateway-after',
  'not-sent',
  'blocked',
] as const
export type Fault = (typeof faults)[number]

/** Waits for its turn, and may end the process before or after the effect. */
export type Step = <T>(effect: () => T) => Promise<T>
const alive: Step = async (effect) => effect()

const conflict = () => new StegError('store-conflict', { what: 'item' } as never)
const broken = () => new StegError('response-broken', { url: 'x', reason: 'cut' })
const unanswered = () => new StegError('deadline-exceeded', { target: 'x', seconds: 20 })

/** A store and a target in memory, and the engine between them. */
export function memorySite(
  clock: ReturnType<typeof instantClock>,
  recognises: Recognition,
  limits: AttemptLimits = { perRun: 3, inAll: Number.POSITIVE_INFINITY },
) {
  const rows = new Map<string, Held>()
  const locks = new Map<string, string>()
  const entries: Entry[] = []
  let coming: { readonly at: number; readonly commit: () => void }[] = []
  let nextFault: () => Fault = () => 'none'
  const counts = { writes: 0, reads: 0, sends: 0 }

  function arrive(): void {
    const due = coming.filter(({ at }) => at <= clock.now())
    coming = coming.filter(({ at }) => at > clock.now())
    for (const { commit } of due.sort((a, b) => a.at - b.at)) commit()
  }

  function addEntry(item: Pick<Item, 'lane' | 'content'>, of: string | undefined): Entry {
    const entry = { id: String(entries.length + 1), lane: item.lane, content: item.content, mark: of, of }
    entries.push(entry)
    return entry
  }

  function commit({ row }: Held): Entry {
    const known = recognises === 'key' ? entries.find(({ of }) => of === row.id) : undefined
    return known ?? addEntry(row, row.id)
  }

  function changed({ held, ...move }: Move<Held, Entry>): Row {
    const { row } = held
    const state = life[row.state][move.event]
    if (state === undefined) throw new Error(`${row.state} cannot ${move.event}`)
    switch (move.event) {
      case 'send':
      case 'learn':
        return { ...row, state, attempt: move.attempt, attempts: move.attempt.number }
      case 'confirm':
        return { ...row, state, attempt: undefined }
      case 'refuse':
        return { ...row, state, attempt: undefined, error: move.error.code }
      case 'unsend':
        return { ...row, state, attempt: move.attempt }
    }
  }

  function write(moves: readonly Move<Held, Entry>[]): readonly Held[] {
    counts.writes += 1
    for (const { held } of moves) {
      if (rows.get(held.row.id)?.version !== held.version) throw conflict()
    }
    const next = moves.map((move) => ({ row: changed(move), version: move.held.version + 1 }))
    const ended = moves.filter(
      ({ held }, at) => held.row.state === 'sending' && next[at]?.row.state !== 'sending',
    )
    for (const { row } of next) {
      const holder = locks.get(row.lane)
      const isFree =
        holder === undefined || holder === row.id || ended.some(({ held }) => held.row.id === holder)
      if (row.state === 'sending' && !isFree) throw conflict()
    }
    for (const { held } of ended) locks.delete(held.row.lane)
    for (const one of next) {
      rows.set(one.row.id, one)
      if (one.row.state === 'sending') locks.set(one.row.lane, one.row.id)
    }
    return next
  }

  function send(held: Held, notAfter: number): Answer<Entry> {
    arrive()
    counts.sends += 1
    // As whoever carries it: what comes too late is not executed.
    if (clock.now() > notAfter) throw unanswered()
    const say = (
      kind: Exclude<Answer<Entry>['kind'], 'accepted'>,
      code: 'sage-unavailable' | 'sage-session-lost',
    ) => ({
      kind,
      error: new StegError(code, { path: 'x', status: 503 } as never),
    })
    const fault = nextFault()
    if (fault === 'not-sent') throw new StegError('target-unreachable', { url: 'x', reason: 'refused' })
    if (fault === 'blocked') return say('blocked', 'sage-unavailable')
    if (held.row.bad)
      return { kind: 'refused', error: new StegError('absence-refused', { status: 409, reason: 'no' }) }
    switch (fault) {
      case 'none':
        return { kind: 'accepted', found: commit(held) }
      case 'cut':
        throw broken()
      case 'cut-after':
        commit(held)
        throw broken()
      case 'cut-late':
        coming.push({ at: clock.now() + SETTLE_MS, commit: () => commit(held) })
        throw broken()
      case 'lost':
        throw unanswered()
      case 'lost-after':
        commit(held)
        throw unanswered()
      case 'late':
        coming.push({ at: notAfter + SETTLE_MS, commit: () => commit(held) })
        throw unanswered()
      case 'unclear':
        return say('unclear', 'sage-unavailable')
      case 'unclear-after':
        commit(held)
        return say('unclear', 'sage-unavailable')
      case 'signed-out':
        return say('signed-out', 'sage-session-lost')
      case 'signed-out-after':
        commit(held)
        return say('signed-out', 'sage-session-lost')
      case 'gateway-after':
        commit(held)
        return say('cut', 'sage-unavailable')
    }
  }

  function deliveryOf(step: Step, news: DeliveryNews<Held, Entry>[] = []): Delivery<Held, Entry> {
    return {
      capabilities: { recognises, settleMs: SETTLE_MS, attempts: limits },
      store: {
        view: ({ row }) => row,
        write: (moves) => step(() => write(moves)),
      },
      target: {
        ready: () => step(() => undefined),
        read: (items) =>
          step(() => {
            arrive()
            counts.reads += 1
            const contents = new Set(items.map(({ row }) => row.content))
            const lane = items[0]?.row.lane
            return entries.filter((entry) => entry.lane === lane && contents.has(entry.content))
          }),
        fits:
          ({ row }) =>
          (entry) =>
            recognises === 'content' ? entry.content === row.content : entry.mark === row.id,
        isTaken: () => false,
        send: (held, notAfter) => step(() => send(held, notAfter)),
        givenUp: (attempts) => new StegError('booking-given-up', { attempts }),
      },
      tell: (one) => news.push(one),
    }
  }

  /** Lanes with their open items, in order. */
  function openLanes(): readonly { readonly lane: string; readonly items: readonly Held[] }[] {
    const open = Array.from(rows.values()).filter(({ row }) => ['pending', 'sending'].includes(row.state))
    return Array.from(
      Map.groupBy(open, ({ row }) => row.lane),
      ([lane, items]) => ({ lane, items }),
    )
  }

  return {
    clock,
    entries,
    counts,
    arrive,
    deliveryOf,
    add: (items: readonly Item[]) => {
      for (const item of items) {
        const row: Row = { ...item, state: 'pending', attempt: undefined, attempts: 0, error: undefined }
        rows.set(item.id, { row, version: 1 })
      }
    },
    /** Somebody else has made something that looks the same. */
    addForeign: (lane: string, content: string) => addEntry({ lane, content }, undefined),
    meet: (next: () => Fault) => {
      nextFault = next
    },
    held: (id: string) => {
      const found = rows.get(id)
      if (found === undefined) throw new Error(`no item ${id}`)
      return found
    },
    states: () => Object.fromEntries(Array.from(rows.values(), ({ row }) => [row.id, row.state])),
    errors: () => Object.fromEntries(Array.from(rows.values(), ({ row }) => [row.id, row.error])),
    /** One worker's run. */
    async run(
      options: {
        readonly step?: Step
        readonly signal?: AbortSignal
        readonly width?: number
        readonly news?: DeliveryNews<Held, Entry>[]
        readonly failed?: (lane: string) => void
      } = {},
    ): Promise<void> {
      const { step = alive } = options
      const delivery = deliveryOf(step, options.news)
      await deliverAll<ReturnType<typeof openLanes>[number]>({
        clock,
        signal: options.signal ?? new AbortController().signal,
        width: options.width ?? 3,
        keyOf: ({ lane }) => lane,
        find: (_, isWaiting) =>
          step(() => {
            const open = openLanes()
            const lanes = open.filter(({ lane }) => !isWaiting(lane))
            return { lanes, more: lanes.length < open.length }
          }),
        deliver: ({ items }, lane) => deliverLane(delivery, lane, { items }),
        failed: ({ lane }) => options.failed?.(lane),
      })
    },
  }
}
