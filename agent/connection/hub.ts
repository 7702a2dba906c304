import { z } from 'zod'
import { StegError } from '../../shared/errors/error.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import {
  EnrolmentRequest,
  EnrolmentResponse,
  SessionRequest,
  SessionResponse,
} from '../../shared/wire/enrolment.ts'
import { KeysAccepted, KeysConfirmation, KeysConfirmed, KeysOffer } from '../../shared/wire/keys.ts'
import { type Answer, exchange } from '../http/exchange.ts'
import { ExchangeError, type ExchangeFault } from '../http/fault.ts'
import type { Outbound } from '../network/outbound.ts'
import { networkProblem } from '../network/problems.ts'
import type { HubClock } from './hub-clock.ts'

const MAX_ANSWER_BYTES = 1024 * 1024
const TIMEOUT_MS = 20_000

const Problem = z.object({ code: z.string(), detail: z.string() })

/** The hub's own words about a failure (RFC 9457); `code` is from the catalogue of the hub's version. */
export class HubProblem extends Error {
  readonly code: string
  readonly status: number
  /** The hub's time when it answered, ms since the epoch. */
  readonly hubTime: number | undefined

  constructor(code: string, status: number, detail: string, hubTime: number | undefined) {
    super(detail)
    this.name = 'HubProblem'
    this.code = code
    this.status = status
    this.hubTime = hubTime
  }
}

export function isHubProblem(error: unknown, code: string): error is HubProblem {
  return error instanceof HubProblem && error.code === code
}

/**
 * What the agent asks of the hub over HTTPS. All calls throw StegError `hub-unreachable`, `hub-refused`, those of
 * network/problems.ts, or HubProblem.
 */
export interface Hub {
  enrol(request: (now: number) => Promise<EnrolmentRequest>): Promise<EnrolmentResponse>
  /** Also learns the hub's time. */
  openSession(request: (now: number) => Promise<SessionRequest>): Promise<SessionResponse>
  offerKeys(request: (now: number) => Promise<KeysOffer>): Promise<KeysAccepted>
  confirmKeys(request: (now: number) => Promise<KeysConfirmation>): Promise<KeysConfirmed>
}

export interface HubOptions {
  /** Base address. */
  readonly url: string
  readonly hubClock: HubClock
  readonly localNow: () => number
  /** BCP 47, for the hub's texts. */
  readonly language: string
  readonly outbound: Outbound
}

export function connectHub(options: HubOptions): Hub {
  const { url, hubClock, localNow } = options

  async function post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    const answer = await request(options, path, body)
    return readAnswer(url, answer, schema)
  }

  /** A proof with a time that the hub does not accept is made once more, with the time from the hub's answer. */
  async function proven<T>(attempt: (now: number) => Promise<T>): Promise<T> {
    try {
      return await attempt(hubClock.now())
    } catch (error) {
      if (!isHubProblem(error, 'proof-invalid') || error.hubTime === undefined) throw error
      hubClock.learn(error.hubTime, localNow())
      return attempt(hubClock.now())
    }
  }

  return {
    enrol: (make) =>
      proven(async (now) =>
        post('/api/v1/agent/enrolments', EnrolmentRequest.parse(await make(now)), EnrolmentResponse),
      ),
    offerKeys: (make) =>
      proven(async (now) => post('/api/v1/agent/keys', KeysOffer.parse(await make(now)), KeysAccepted)),
    confirmKeys: (make) =>
      proven(async (now) =>
        post('/api/v1/agent/keys/confirmation', KeysConfirmation.parse(await make(now)), KeysConfirmed),
      ),
    openSession: (make) =>
      proven(async (now) => {
        const body = SessionRequest.parse(await make(now))
        const asked = localNow()
        const session = await post('/api/v1/agent/sessions', body, SessionResponse)
        hubClock.learn(Date.parse(session.serverTime), (asked + localNow()) / 2)
        return session
      }),
  }
}

async function request(options: HubOptions, path: string, body: unknown): Promise<Answer> {
  const bytes = Buffer.from(JSON.stringify(body))
  const url = new URL(`${options.url.replace(/\/+$/, '')}${path}`)
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    return await exchange({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'content-length': String(bytes.length),
        accept: 'application/json, application/problem+json',
        'accept-language': options.language,
      },
      body: bytes,
      signal,
      ...options.outbound.connectOptions(url, signal),
      maxBytes: MAX_ANSWER_BYTES,
    })
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error
    const problem = networkProblem(error, url, options.localNow())
    if (problem !== undefined && error.fault !== 'aborted') throw problem
    throw new StegError(
      'hub-unreachable',
      { hub: options.url, reason: reasons[error.fault](error) },
      { cause: error },
    )
  }
}

const reasons: Readonly<Record<ExchangeFault, (error: ExchangeError) => string>> = {
  unreachable: (error) => error.message,
  stale: (error) => error.message,
  broken: (error) => error.message,
  aborted: () => `no answer within ${TIMEOUT_MS / 1000} s`,
  'too-large': () => 'the answer is not one of a Steg hub',
}

/** @throws HubProblem, StegError `hub-refused` */
function readAnswer<T>(hub: string, answer: Answer, schema: z.ZodType<T>): T {
  const json = parseJson(answer.body)
  if (answer.status >= 200 && answer.status < 300) {
    const parsed = schema.safeParse(json)
    if (parsed.success) return parsed.data
    if (speaksOlderWire(json)) throw new StegError('hub-outdated', { hub })
    throw refusal(hub, answer.status, 'the answer is not one of a Steg hub of this version')
  }
  const problem = Problem.safeParse(json)
  if (!problem.success) throw refusal(hub, answer.status, 'the answer is not one of a Steg hub')
  // What is sent here fits the schema that both sides share: only an older hub can miss something in it.
  if (problem.data.code === 'invalid-request') throw new StegError('hub-outdated', { hub })
  throw new HubProblem(problem.data.code, answer.status, oneLine(problem.data.detail), dateOf(answer))
}

/** Who says nothing of the wire speaks its first version. */
function speaksOlderWire(json: unknown): boolean {
  const said = z.object({ agentId: z.string(), wire: z.number().default(1) }).safeParse(json)
  return said.success && said.data.wire < WIRE_VERSION
}

function refusal(hub: string, status: number, reason: string): StegError {
  return new StegError('hub-refused', { hub, status, reason })
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function dateOf(answer: Answer): number | undefined {
  const time = Date.parse(answer.headers.find(([name]) => name === 'date')?.[1] ?? '')
  return Number.isNaN(time) ? undefined : time
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
