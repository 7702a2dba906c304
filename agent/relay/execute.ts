import type { Clock } from '../../shared/clock.ts'
import { isStegError, reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Bytes } from '../../shared/stream/encode.ts'
import type { CallHead } from '../../shared/wire/call.ts'
import { MAX_BODY_BYTES, unpackBody } from '../../shared/wire/frame.ts'
import { failed, fittingFrame, wholeFrame } from './answers.ts'
import { type Attempt, type AttemptParts, createAttempt } from './attempt.ts'
import type { Tally } from './counters.ts'
import type { Journal } from './journal/journal.ts'
import type { TargetLimits } from './rules/limits.ts'
import type { Secrets } from './secrets.ts'
import { type Got, infoOf, type Take } from './take.ts'
import type { TargetHttp } from './target-http.ts'
import type { Targets } from './targets.ts'

/** Why timers and attempts end that are no longer needed; one for all, because making an error takes its time. */
const over = new Error('over')
/** A deadline further away than this is a mistake; timers do not reach further than 24 days anyway. */
const LONGEST_CALL_MS = 60 * 60_000
/** No answer is longer; whoever needs less says so, and less may be set for a target on this machine. MiB. */
const LARGEST_ANSWER_MB = 4096
const MB = 1024 ** 2

export interface ExecuteParts extends AttemptParts {
  readonly targets: Targets
  readonly secrets: Secrets
  readonly http: TargetHttp
  readonly journal: Pick<Journal, 'find' | 'start' | 'finish'>
  readonly tally: Pick<Tally, 'call' | 'error'>
  /** Milliseconds since the epoch by the hub's clock. */
  readonly hubNow: () => number
  readonly clock: Clock
}

/** `done`: answered, or nobody waits for an answer. `hand-back`: somebody else shall do it. */
export type Executed = 'done' | 'hand-back'

export interface Executor {
  /** `take` decides how the answer of the target is taken. */
  execute(head: CallHead, packed: Uint8Array, sessionId: string, take: Take): Promise<Executed>
  /** The work on a call, while it is under way. */
  attempt(id: string): Attempt | undefined
  /** Ends what is under way: repeatable calls are handed back, the others answered `indeterminate`. */
  abort(): void
}

interface Progress {
  /** The call is in the journal. */
  started: boolean
  /** The hub has heard of this attempt: nobody else can take the call over any more. */
  spoken: boolean
  /** What is set for the target on this machine. */
  limits: TargetLimits
}

/** One call, as it is being made. */
interface Work {
  readonly head: CallHead
  readonly packed: Uint8Array
  readonly attempt: Attempt
  readonly progress: Progress
  /** Aborted when its time need not be watched any more. */
  readonly done: AbortSignal
  readonly take: Take
}

/** Makes calls at targets and sends their answers. */
export function createExecutor(parts: ExecuteParts): Executor {
  const { hubNow, log } = parts
  const underWay = new Map<string, Attempt>()
  const stopped = new Error('the agent is stopping')

  /**
   * A call that may be executed only once is in the journal before it goes out, and its answer before that goes out. A
   * streamed answer is not kept: when the agent is interrupted while it sends one, nobody here knows how much of it the
   * hub has, and the call is indeterminate.
   */
  async function execute(
    head: CallHead,
    packed: Uint8Array,
    sessionId: string,
    take: Take,
  ): Promise<Executed> {
    const attempt = createAttempt(parts, head, sessionId)
    const timer = new AbortController()
    const left = head.deadline - hubNow()
    const late = () =>
      new StegError('deadline-exceeded', { target: head.target.name, seconds: Math.round(left / 1000) })
    endAfter(Math.min(left, LONGEST_CALL_MS), attempt, late, timer.signal)
    const progress: Progress = { started: false, spoken: false, limits: {} }
    underWay.set(head.id, attempt)
    try {
      const frame = await answer({ head, packed, attempt, progress, done: timer.signal, take }).catch(
        (error) => frameOfFailure(error, head, attempt, progress),
      )
      if (frame instanceof Uint8Array) {
        if (progress.started) remember(head, frame)
        await parts.sendReply({ id: head.id, sessionId, frame }, head.deadline)
        return 'done'
      }
      return frame
    } finally {
      timer.abort(over)
      underWay.delete(head.id)
      if (progress.spoken) attempt.end(over)
      parts.tally.call(parts.clock.now())
    }
  }

  /** The error is made when it is needed, because making one takes its time. */
  function endAfter(ms: number, attempt: Attempt, error: () => StegError, done: AbortSignal): void {
    parts.clock.sleep(ms, done).then(
      () => attempt.end(error()),
      () => undefined,
    )
  }

  /** The answer as one message; or `done` when it has been streamed. */
  async function answer(work: Work): Promise<Uint8Array | 'done'> {
    const { head, attempt, progress } = work
    const got = await call(work)
    if ('whole' in got) {
      const outcome = { kind: 'answered', ...got.head } as const
      try {
        return await wholeFrame(parts, head.id, { outcome, body: got.whole }, attempt.fromIf(progress.spoken))
      } catch (error) {
        if (head.credit === undefined || !isStegError(error, 'call-too-large')) throw error
      }
    }
    progress.spoken = true
    if ('whole' in got) {
      await attempt.sendStreamed(got.head, inOnePiece(got.whole), infoOf(got.whole, got.whole.length))
    } else {
      await attempt.sendStreamed(got.head, got.body, infoOf(got.beginning, got.size), got.asItComes)
    }
    return 'done'
  }

  async function call({ head, packed, attempt, progress, done, take }: Work): Promise<Got> {
    const streamed = head.body !== null && 'streamed' in head.body ? head.body : undefined
    const body = streamed === undefined ? await unpackBody(head.body, packed) : undefined
    const base = await parts.targets.resolve(head.target.name, head.target.url)
    progress.limits = await parts.targets.limitsOf(base)
    const { timeoutSeconds, maxResponseMb = LARGEST_ANSWER_MB } = progress.limits
    if (timeoutSeconds !== undefined) {
      const slow = () => new StegError('target-time-limit', { target: base.href, seconds: timeoutSeconds })
      endAfter(timeoutSeconds * 1000, attempt, slow, done)
    }
    const credential = head.auth && (await parts.secrets.credentialFor(head.auth, base))
    const told = { ...head, credential }
    attempt.signal.throwIfAborted()
    const upload =
      streamed === undefined ? undefined : { stream: attempt.receive(streamed), size: streamed.size }
    if (upload !== undefined) {
      progress.spoken = true
      await attempt.askForBody()
      attempt.signal.throwIfAborted()
    }
    if (head.idempotency === 'once') {
      parts.journal.start(head.id, head.deadline)
      progress.started = true
    }
    if (head.credit === undefined && body !== undefined) {
      const most = Math.min(MAX_BODY_BYTES, maxResponseMb * MB)
      const { body: whole, ...rest } = await parts.http.call(base, told, body, attempt.signal, most)
      return { head: rest, whole }
    }
    const sent = upload ?? body ?? new Uint8Array(0)
    return take(await parts.http.open(base, told, sent, attempt.signal, maxResponseMb * MB))
  }

  function remember(head: CallHead, frame: Uint8Array): void {
    try {
      parts.journal.finish(head.id, head.deadline, frame)
    } catch (error) {
      // The answer still goes out; a repeated delivery is answered with "indeterminate".
      log.error('an answer could not be journalled', { id: head.id, reason: reasonOf(error) })
    }
  }

  async function frameOfFailure(
    error: unknown,
    head: CallHead,
    attempt: Attempt,
    progress: Progress,
  ): Promise<Uint8Array | Executed> {
    if (attempt.signal.reason === error && isStegError(error, 'call-cancelled')) {
      parts.tally.error('call-cancelled')
      return 'done'
    }
    if (error !== stopped) {
      const failure = tooLargeHere(error, head, progress.limits) ?? asFailure(error, head.id)
      return fittingFrame(parts, head.id, failed(failure))
    }
    if (head.idempotency === 'once') {
      // Not journalled: the journal says the same of a call that was started and not finished.
      progress.started = false
      return fittingFrame(parts, head.id, failed(new StegError('indeterminate', {})))
    }
    if (!progress.spoken) return 'hand-back'
    const cut = new StegError('request-broken', { target: head.target.name, reason: stopped.message })
    return fittingFrame(parts, head.id, failed(cut))
  }

  /** Whoever reads of a limit must learn where it was set. */
  function tooLargeHere(error: unknown, head: CallHead, { maxResponseMb }: TargetLimits) {
    if (maxResponseMb === undefined || !isStegError(error, 'call-too-large')) return undefined
    if (error.params.limit !== maxResponseMb * MB) return undefined
    return new StegError('target-size-limit', { target: head.target.url, megabytes: maxResponseMb })
  }

  /** Anything that is not from the catalogue is a mistake in the agent: the hub learns only where to look it up. */
  function asFailure(error: unknown, id: string): StegError {
    if (isStegError(error)) return error
    log.error('a call failed unexpectedly', { id, error })
    return new StegError('internal-error', { reference: id }, { cause: error })
  }

  return {
    execute,
    attempt: (id) => underWay.get(id),
    abort() {
      for (const attempt of underWay.values()) attempt.end(stopped)
    },
  }
}

async function* inOnePiece(bytes: Uint8Array): Bytes {
  yield bytes
}
