import type { Clock } from '../../shared/clock.ts'
import { isStegError, reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Tracing } from '../../shared/telemetry/tracing.ts'
import {
  type CallHead,
  type PingHead,
  type ReplyHead,
  RequestHead,
  WIRE_VERSION,
} from '../../shared/wire/call.ts'
import { decodeFrame, encodeFrame, packBody, unpackBody } from '../../shared/wire/frame.ts'
import type { AgentChannel } from '../../shared/wire/seal.ts'
import type { IncomingRequest } from '../connection/line.ts'
import type { Tally } from './counters.ts'
import type { Journal } from './journal/journal.ts'
import { createKnownRequests } from './known-requests.ts'
import { type JournalPlan, planFromJournal } from './rules/journal-state.ts'
import { planRequest, type RequestPlan } from './rules/plan.ts'
import type { TargetHttp } from './target-http.ts'
import type { Targets } from './targets.ts'

/** Why timers end that are no longer needed; one for all, because making an error takes its time. */
const over = new Error('over')
/**
 * How long an agent keeps a call that is sealed for others of its site before it gives it back: the hub did not know this
 * agent yet, and those it is for shall get the next try.
 */
const FOR_OTHERS_MS = 2000
/** A deadline further away than this is a mistake; timers do not reach further than 24 days anyway. */
const LONGEST_CALL_MS = 60 * 60_000

export interface RelayParts {
  readonly targets: Targets
  readonly http: TargetHttp
  readonly journal: Pick<Journal, 'find' | 'start' | 'finish'>
  readonly channel: AgentChannel
  /** Resolves when the broker has accepted the reply. `deadline` by the hub's clock. */
  readonly sendReply: (
    reply: { id: string; sessionId: string; frame: Uint8Array },
    deadline: number,
  ) => Promise<void>
  readonly tally: Tally
  /** Milliseconds since the epoch by the hub's clock. */
  readonly hubNow: () => number
  readonly clock: Clock
  readonly version: string
  readonly tracing: Tracing
  readonly log: Logger
}

export interface Relay {
  serve(request: IncomingRequest): Promise<void>
  /** From now on requests are handed back. */
  refuseNew(): void
  /** Ends what is still under way: repeatable calls are handed back, the others answered `indeterminate`. */
  abort(): void
}

type Outcome = ReplyHead['outcome']
/** `undefined`: no answer, somebody else shall do it. */
type Result = { readonly outcome: Outcome; readonly body?: Uint8Array } | undefined

/** Takes requests from the queue, does what they ask, and answers. A request is settled after its answer is out. */
export function createRelay(parts: RelayParts): Relay {
  const { hubNow, tally, log } = parts
  const known = createKnownRequests(hubNow)
  const running = new Set<AbortController>()
  const stopped = new Error('the agent is stopping')
  let stopping = false

  async function serve(request: IncomingRequest): Promise<void> {
    const id = request.correlationId ?? request.messageId
    if (request.shared && parts.channel.isForOthers(request.body)) {
      log.info('a call is sealed for other agents of the site', { id })
      await parts.clock.sleep(FOR_OTHERS_MS)
      return request.abandon(false)
    }
    let frame: Uint8Array
    try {
      frame = parts.channel.open(id, request.body)
    } catch (error) {
      return refuse(request, id, asStegError(error))
    }
    let decoded: { head: RequestHead; body: Uint8Array }
    try {
      decoded = decodeFrame(RequestHead, frame)
      if (decoded.head.id !== id) throw new StegError('message-invalid', { problem: 'it has two ids' })
    } catch (error) {
      return reject(request, id, asStegError(error))
    }
    const { head, body } = decoded
    if (request.replyToSessionId === undefined) {
      return reject(
        request,
        head.id,
        new StegError('message-invalid', { problem: 'nobody waits for the answer' }),
      )
    }
    const plan = planRequest({
      kind: 'ping' in head ? 'ping' : 'call',
      idempotency: 'ping' in head ? 'repeatable' : head.idempotency,
      now: hubNow(),
      deadline: head.deadline,
      known: known.state(head.id),
      journal: journalPlan(head, request.begunBefore > 0),
      stopping,
    })
    if (plan !== 'execute' && plan !== 'pong') log.info('request not executed', { id: head.id, plan })
    await actions[plan](request, head, body)
  }

  const actions: Readonly<
    Record<RequestPlan, (request: IncomingRequest, head: RequestHead, body: Uint8Array) => Promise<void>>
  > = {
    drop: (request) => {
      tally.drop()
      return request.complete()
    },
    settle: (request) => request.complete(),
    'hand-back': (request) => request.abandon(false),
    wait: async (request, head) => {
      await known.finished(head.id)
      if (known.state(head.id) === 'answered') await request.complete()
      else await request.abandon(true)
    },
    pong: (request, head) => {
      tally.ping()
      return work(request, head, () =>
        frameOf(head.id, { outcome: { kind: 'pong', version: parts.version } }),
      )
    },
    replay: (request, head) => work(request, head, async () => parts.journal.find(head.id)?.answer),
    indeterminate: (request, head) =>
      work(request, head, () => frameOf(head.id, failed(new StegError('indeterminate', {})))),
    execute: (request, head, body) => {
      const call = head as CallHead
      return parts.tracing.span({ name: 'serve', kind: 'consumer', parent: call.traceparent }, () =>
        work(request, call, () => execute(call, body)),
      )
    },
  }

  function journalPlan(head: RequestHead, begunBefore: boolean): JournalPlan {
    if ('ping' in head || head.idempotency !== 'once') return 'execute'
    return planFromJournal(parts.journal.find(head.id)?.state, begunBefore)
  }

  /** Lets `produce` make the answer's frame, sends it, and settles the request. */
  async function work(
    request: IncomingRequest,
    head: CallHead | PingHead,
    produce: () => Promise<Uint8Array | undefined>,
  ): Promise<void> {
    await known.run(head.id, head.deadline, async () => {
      const frame = await produce()
      if (frame === undefined) return false
      await send(request, head, frame)
      return true
    })
    if (known.state(head.id) === 'answered') await request.complete()
    else await request.abandon(true)
  }

  /** A call that may be executed only once is in the journal before it goes out, and its answer before that goes out. */
  async function execute(head: CallHead, packed: Uint8Array): Promise<Uint8Array | undefined> {
    const once = head.idempotency === 'once'
    let started = false
    const result = await call(head, packed, () => {
      if (once) parts.journal.start(head.id, head.deadline)
      started = once
    })
    if (result === undefined) return undefined
    const frame = await frameOf(head.id, result)
    if (started && !isIndeterminate(result)) {
      try {
        parts.journal.finish(head.id, head.deadline, frame)
      } catch (error) {
        // The answer still goes out; a repeated delivery is answered with "indeterminate".
        log.error('an answer could not be journalled', { id: head.id, reason: reasonOf(error) })
      }
    }
    return frame
  }

  async function call(head: CallHead, packed: Uint8Array, onStart: () => void): Promise<Result> {
    const seconds = Math.round((head.deadline - hubNow()) / 1000)
    const timer = new AbortController()
    const limit = new AbortController()
    running.add(limit)
    parts.clock
      .sleep(Math.min(head.deadline - hubNow(), LONGEST_CALL_MS), timer.signal)
      .then(() => limit.abort(new StegError('deadline-exceeded', { target: head.target.name, seconds })))
      .catch(() => undefined)
    try {
      const body = await unpackBody(head.body, packed)
      const base = await parts.targets.resolve(head.target.name, head.target.url)
      limit.signal.throwIfAborted()
      onStart()
      const { status, headers, body: answered } = await parts.http.call(base, head, body, limit.signal)
      return { outcome: { kind: 'answered', status, headers }, body: answered }
    } catch (error) {
      if (error !== stopped) return failed(asFailure(error, head.id))
      return head.idempotency === 'once' ? failed(new StegError('indeterminate', {})) : undefined
    } finally {
      timer.abort(over)
      running.delete(limit)
      tally.call(parts.clock.now())
    }
  }

  function failed(error: StegError): NonNullable<Result> {
    return { outcome: { kind: 'failed', error: { code: error.code, params: error.params } } }
  }

  /** Anything that is not from the catalogue is a mistake in the agent: the hub learns only where to look it up. */
  function asFailure(error: unknown, id: string): StegError {
    if (isStegError(error)) return error
    log.error('a call failed unexpectedly', { id, error })
    return new StegError('internal-error', { reference: id }, { cause: error })
  }

  /** The answer as it travels, and as it is journalled; one that is too large becomes the failure that says so. */
  async function frameOf(id: string, { outcome, body }: NonNullable<Result>): Promise<Uint8Array> {
    if (outcome.kind === 'failed') tally.error(outcome.error.code)
    const packed = await packBody(body ?? new Uint8Array(0))
    const replyHead: ReplyHead = { v: WIRE_VERSION, id, outcome, body: packed?.info ?? null }
    try {
      return parts.channel.seal(id, encodeFrame(replyHead, packed?.bytes, 'response'))
    } catch (error) {
      if (!isStegError(error, 'call-too-large')) throw error
      return frameOf(id, failed(error))
    }
  }

  async function send(
    request: IncomingRequest,
    head: { readonly id: string; readonly deadline: number },
    frame: Uint8Array,
  ): Promise<void> {
    await parts.sendReply({ id: head.id, sessionId: request.replyToSessionId ?? '', frame }, head.deadline)
  }

  /**
   * What the hub has not sealed for this call goes to the dead letters without an answer: an answer about a forged copy
   * would tell the hub that the real call was not executed.
   */
  async function refuse(request: IncomingRequest, id: string, error: StegError): Promise<void> {
    log.error('a message is not from the hub', { id, reason: error.message })
    tally.drop()
    await request.deadLetter(error.code, error.message)
  }

  /** A message that cannot be read would come back for ever: it goes to the dead letters, and whoever waits is told. */
  async function reject(request: IncomingRequest, id: string, error: StegError): Promise<void> {
    log.error('a message cannot be read', { id, reason: error.message })
    tally.drop()
    if (request.replyToSessionId !== undefined && id !== '') {
      try {
        await send(request, { id, deadline: hubNow() }, await frameOf(id, failed(error)))
      } catch (failure) {
        log.warn('a refusal could not be sent', { id, reason: reasonOf(failure) })
      }
    }
    await request.deadLetter(error.code, error.message)
  }

  return {
    async serve(request) {
      try {
        await serve(request)
      } catch (error) {
        // The lock runs out and the broker delivers the request once more.
        log.warn('a request could not be settled', { id: request.messageId, reason: reasonOf(error) })
      }
    },
    refuseNew() {
      stopping = true
    },
    abort() {
      for (const call of running) call.abort(stopped)
    },
  }
}

function isIndeterminate({ outcome }: NonNullable<Result>): boolean {
  return outcome.kind === 'failed' && outcome.error.code === 'indeterminate'
}

function asStegError(error: unknown): StegError {
  return isStegError(error)
    ? error
    : new StegError('message-invalid', { problem: reasonOf(error) }, { cause: error })
}
