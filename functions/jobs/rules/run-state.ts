/** The life of a run, as a table. */
export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'stopped'
export type RunEvent = 'take' | 'succeed' | 'fail' | 'stop'

export const transitions: Readonly<Record<RunState, Readonly<Record<RunEvent, RunState | undefined>>>> = {
  queued: { take: 'running', succeed: undefined, fail: 'failed', stop: 'stopped' },
  // `take` again: the worker before died and the message came once more.
  running: { take: 'running', succeed: 'succeeded', fail: 'failed', stop: 'stopped' },
  succeeded: { take: undefined, succeed: undefined, fail: undefined, stop: undefined },
  failed: { take: undefined, succeed: undefined, fail: undefined, stop: undefined },
  stopped: { take: undefined, succeed: undefined, fail: undefined, stop: undefined },
}

export function hasEnded(state: RunState): boolean {
  return Object.values(transitions[state]).every((next) => next === undefined)
}

/** How often a run is taken up again after its worker died. */
export const MAX_ATTEMPTS = 5

export interface Lease {
  readonly owner: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

export type Takeover = 'take' | 'leave-to-owner' | 'give-up' | 'ended'

/** What a worker does with a run whose message it was given. */
export function takeover(
  run: { readonly state: RunState; readonly attempts: number; readonly lease?: Lease | undefined },
  now: number,
): Takeover {
  if (hasEnded(run.state)) return 'ended'
  if (run.lease !== undefined && run.lease.until > now) return 'leave-to-owner'
  return run.attempts >= MAX_ATTEMPTS ? 'give-up' : 'take'
}
