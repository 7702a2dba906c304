import { isLeased, type Lease } from './plausible.ts'

/** The life of a run, as a table. */
export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'stopped'
export type RunEvent = 'take' | 'succeed' | 'fail' | 'stop' | 'give-back'

export const transitions: Readonly<Record<RunState, Readonly<Record<RunEvent, RunState | undefined>>>> = {
  queued: { take: 'running', succeed: undefined, fail: 'failed', stop: 'stopped', 'give-back': undefined },
  // `take` again: the worker before died and the message came once more.
  running: {
    take: 'running',
    succeed: 'succeeded',
    fail: 'failed',
    stop: 'stopped',
    // Its worker ends, or it goes on in a message of its own.
    'give-back': 'queued',
  },
  succeeded: ended(),
  failed: ended(),
  stopped: ended(),
}

function ended() {
  return { take: undefined, succeed: undefined, fail: undefined, stop: undefined, 'give-back': undefined }
}

export function hasEnded(state: RunState): boolean {
  return Object.values(transitions[state]).every((next) => next === undefined)
}

/** How often a run is taken up again after its worker died. */
export const MAX_ATTEMPTS = 5

export type Takeover = 'take' | 'leave-to-owner' | 'give-up' | 'ended'

/** What a worker does with a run whose message it was given. */
export function takeover(
  run: {
    readonly state: RunState
    readonly attempts: number
    readonly spared?: number | undefined
    readonly lease?: Lease | undefined
  },
  now: number,
): Takeover {
  if (hasEnded(run.state)) return 'ended'
  if (isLeased(run.lease, now)) return 'leave-to-owner'
  return run.attempts - (run.spared ?? 0) >= MAX_ATTEMPTS ? 'give-up' : 'take'
}

interface Part {
  readonly attempts: number
  readonly spared?: number | undefined
  readonly saved?: string | undefined
  readonly savedBefore?: string | undefined
}

/**
 * How many attempts no longer count when a worker gives a run back before its end. A part that has saved something new
 * shows that the run gets on: all before it is forgiven. A worker that ends gives back its own attempt only.
 */
export function sparedAfter(run: Part, why: 'goes-on' | 'hub-ends'): number {
  if (why === 'hub-ends') return (run.spared ?? 0) + 1
  return run.saved !== undefined && run.saved !== run.savedBefore ? run.attempts : (run.spared ?? 0)
}
