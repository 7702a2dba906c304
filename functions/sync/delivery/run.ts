import type { Clock } from '../../../shared/clock.ts'
import { isStegError, type StegError } from '../../../shared/errors/error.ts'
import { inLanes } from '../lanes.ts'
import type { LaneEnd, LaneParts, Tries } from './lane.ts'

/** After so many lanes in a row the fault is not theirs, and the others are not tried. */
const FAILURES_IN_A_ROW = 5
/** Milliseconds for which a lane is left alone whose items somebody else is changing. */
const LEAVE_MS = 2_000
/** Milliseconds for which a run waits for what is not certain yet; the next run goes on with what is left. */
const WAIT_MS = 3 * 60_000
/** Milliseconds between two looks for work while waiting. */
const LOOK_MS = 1_000
/** A run ends before the platform would end it: with the wait above well within the functionTimeout of host.json. */
const RUN_MS = 5 * 60_000

export interface Lanes<Lane> {
  readonly lanes: readonly Lane[]
  /** Something is there that is not for now. */
  readonly more: boolean
}

export interface DeliveryRun<Lane> {
  readonly clock: Clock
  /** Stops the run between two items. */
  readonly signal: AbortSignal
  /** Lanes at the same time. */
  readonly width: number
  /**
   * Lanes with something to deliver now, each with all of it.
   * @param isWaiting lanes that are not wanted now
   */
  readonly find: (now: number, isWaiting: (lane: string) => boolean) => Promise<Lanes<Lane>>
  readonly keyOf: (lane: Lane) => string
  readonly deliver: (lane: Lane, parts: LaneParts) => Promise<LaneEnd>
  /** Told of each lane that ended with an error. */
  readonly failed: (lane: Lane, error: StegError) => void
}

/**
 * Delivers everything there is, lanes beside each other. One lane's trouble does not stop the others; after five in a
 * row nothing more is begun. Lanes that are not certain yet are taken up again when they are, within three minutes.
 * @throws the first failure, when everything else is done
 */
export async function deliverAll<Lane>(run: DeliveryRun<Lane>): Promise<void> {
  const { clock, signal } = run
  const waiting = new Map<string, number>()
  const failed = new Set<string>()
  const tries: Tries = new Map()
  const started = clock.now()
  let first: StegError | undefined
  let inARow = 0
  let isHopeless = false

  while (!isHopeless) {
    signal.throwIfAborted()
    const now = clock.now()
    const found = await run.find(now, (lane) => (waiting.get(lane) ?? 0) > now)
    const lanes = found.lanes.filter((lane) => !failed.has(run.keyOf(lane)))
    if (lanes.length > 0) await inLanes(lanes, { width: run.width, signal }, deliver)
    else {
      const isAwaited = Array.from(waiting.values()).some((until) => until > now)
      // After a failure nothing new is waited for: what failed would be found again and again.
      const waits = isAwaited || (found.more && failed.size === 0)
      if (!waits || clock.now() - started > WAIT_MS) break
      await clock.sleep(LOOK_MS, signal)
    }
    if (clock.now() - started > RUN_MS) break
  }
  signal.throwIfAborted()
  if (first !== undefined) throw first

  async function deliver(lane: Lane, ended: AbortSignal): Promise<void> {
    const key = run.keyOf(lane)
    const mayBegin = () => {
      ended.throwIfAborted()
      return !isHopeless
    }
    if (!mayBegin()) return
    try {
      const end = await run.deliver(lane, { clock, tries, mayBegin })
      if (end.kind === 'waits') waiting.set(key, end.until)
      inARow = 0
    } catch (error) {
      // A stop, or a mistake of ours, ends the run.
      if (signal.aborted || !isStegError(error)) throw error
      if (isStegError(error, 'store-conflict')) {
        waiting.set(key, clock.now() + LEAVE_MS)
        return
      }
      failed.add(key)
      first ??= error
      inARow += 1
      isHopeless ||= inARow >= FAILURES_IN_A_ROW
      run.failed(lane, error)
    }
  }
}
