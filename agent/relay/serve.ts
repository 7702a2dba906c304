import { isStegError, reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Tracing } from '../../shared/telemetry/tracing.ts'
import {
  type CallHead,
  type ControlHead,
  isHttpCall,
  type OtherCall,
  type PingHead,
  type ReplyHead,
  RequestHead,
} from '../../shared/wire/call.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import { decodeFrame, encodeFrame } from '../../shared/wire/frame.ts'
import type { AgentChannel } from '../../shared/wire/seal.ts'
import type { IncomingRequest } from '../connection/line.ts'
import { failed, fittingFrame } from './answers.ts'
import type { Tally } from './counters.ts'
import { createExecutor, type Executed, type ExecuteParts } from './execute.ts'
import { executorFor, OFFERED_FORMS, type OfferedForm } from './forms.ts'
import { createKnownRequests } from './known-requests.ts'
import { type JournalPlan, planFromJournal } from './rules/journal-state.ts'
import { planRequest, type RequestPlan } from './rules/plan.ts'
import { takeAsItComes, takeSmall } from './take.ts'

/**
 * How long an agent keeps a call that is sealed for others of its site before it gives it back: the hub did not know this
 * agent yet, and those it is for shall get the next try.
 */
const FOR_OTHERS_MS = 2000

export interface RelayParts extends ExecuteParts {
  readonly channel: AgentChannel
  readonly tally: Tally
  readonly version: string
  readonly agentName: string
  /** The hub asks for a new session. */
  readonly onRenew?: () => void
  readonly tracing: Tracing
  readonly log: Logger
}

export interface Relay {
  serve(request: IncomingRequest): Promise<void>
  /** From now on requests are handed back. */
  refuseNew(): void
  /** Ends what is still under way: repeatable calls are handed back, the others answered `indeterminate`. */
  abort(): void
  /** Forms of calls that it executes. */
  readonly forms: readonly OfferedForm[]
}

type Execute = (head: CallHead, body: Uint8Array, sessionId: string) => Promise<Executed>

type AnsweredHead = CallHead | OtherCall | PingHead

/** Takes requests from the queue, does what they ask, and answers. A request is settled after its answer is out. */
export function createRelay(parts: RelayParts): Relay {
  const { hubNow, tally, log } = parts
  const known = createKnownRequests(hubNow)
  const executor = createExecutor(parts)
  const executors: Readonly<Record<OfferedForm, Execute>> = {
    http: (head, body, sessionId) => executor.execute(head, body, sessionId, takeSmall),
    stream: (head, body, sessionId) => executor.execute(head, body, sessionId, takeAsItComes),
  }
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
    if ('control' in head) return control(request, head, body)
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
    Record<RequestPlan, (request: IncomingRequest, head: AnsweredHead, body: Uint8Array) => Promise<void>>
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
      if ('ping' in head && head.renew === true) parts.onRenew?.()
      const outcome = { kind: 'pong', version: parts.version } as const
      return work(request, head, async () =>
        send(request, head, await fittingFrame(parts, head.id, { outcome })),
      )
    },
    replay: (request, head) =>
      work(request, head, async () => {
        const answer = parts.journal.find(head.id)?.answer
        return answer === undefined ? 'hand-back' : send(request, head, answer)
      }),
    indeterminate: (request, head) =>
      work(request, head, async () => {
        const answer = failed(new StegError('indeterminate', {}))
        return send(request, head, await fittingFrame(parts, head.id, answer))
      }),
    execute: (request, head, body) => {
      const call = head as CallHead | OtherCall
      const execute = executorFor(executors, call.form)
      if (execute === undefined || !isHttpCall(call)) return refuseForm(request, call)
      return parts.tracing.span({ name: 'serve', kind: 'consumer', parent: call.traceparent }, () =>
        work(request, call, () => execute(call, body, request.replyToSessionId ?? '')),
      )
    },
  }

  /** The hub knows what this agent can do; it may have known it of a version before. */
  function refuseForm(request: IncomingRequest, call: OtherCall): Promise<void> {
    const error = new StegError('form-unsupported', { agent: parts.agentName, form: call.form })
    return work(request, call, async () =>
      send(request, call, await fittingFrame(parts, call.id, failed(error))),
    )
  }

  function journalPlan(head: AnsweredHead, begunBefore: boolean): JournalPlan {
    if ('ping' in head || head.idempotency !== 'once') return 'execute'
    return planFromJournal(parts.journal.find(head.id)?.state, begunBefore)
  }

  /** Does the work, which sends the answer, and settles the request. */
  async function work(
    request: IncomingRequest,
    head: AnsweredHead,
    answer: () => Promise<Executed>,
  ): Promise<void> {
    await known.run(head.id, head.deadline, async () => (await answer()) === 'done')
    if (known.state(head.id) === 'answered') await request.complete()
    else await request.abandon(true)
  }

  async function send(
    request: IncomingRequest,
    head: { readonly id: string; readonly deadline: number },
    frame: Uint8Array,
  ): Promise<'done'> {
    await parts.sendReply({ id: head.id, sessionId: request.replyToSessionId ?? '', frame }, head.deadline)
    return 'done'
  }

  /** Something about a call that is under way here, or that may still come. It is of use now or never. */
  async function control(request: IncomingRequest, head: ControlHead, bytes: Uint8Array): Promise<void> {
    const attempt = executor.attempt(head.id)
    attempt?.on(head.control, bytes)
    if (head.control.kind === 'cancel') known.cancel(head.id, head.deadline)
    else if (known.state(head.id) === undefined) await sayGone(request, head.control.attempt, head)
    await request.complete()
  }

  /** This agent was started again while a body was on its way: the hub need not wait until the end of the time. */
  async function sayGone(request: IncomingRequest, attempt: string, head: ControlHead): Promise<void> {
    if (request.replyToSessionId === undefined || hubNow() >= head.deadline) return
    const from = { agentId: parts.agentId, attempt }
    const reply: ReplyHead = { v: WIRE_VERSION, id: head.id, outcome: { kind: 'gone' }, from, body: null }
    const frame = parts.channel.seal(head.id, encodeFrame(reply, undefined, 'response'))
    const sessionId = request.replyToSessionId
    await parts.sendReply({ id: head.id, sessionId, frame, part: `${attempt}-gone` }, head.deadline)
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
        await send(request, { id, deadline: hubNow() }, await fittingFrame(parts, id, failed(error)))
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
    abort: executor.abort,
    forms: OFFERED_FORMS,
  }
}

function asStegError(error: unknown): StegError {
  return isStegError(error)
    ? error
    : new StegError('message-invalid', { problem: reasonOf(error) }, { cause: error })
}
