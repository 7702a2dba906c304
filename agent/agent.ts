import { type Clock, toIso } from '../shared/clock.ts'
import { type ErrorRecord, reasonOf } from '../shared/errors/error.ts'
import type { Logger } from '../shared/log.ts'
import type { Tracing } from '../shared/telemetry/tracing.ts'
import { WIRE_VERSION } from '../shared/wire/capabilities.ts'
import type { Announcement } from '../shared/wire/enrolment.ts'
import { ECHO } from '../shared/wire/heartbeat.ts'
import { rolesOf } from '../shared/wire/rules/roles.ts'
import type { AgentChannel } from '../shared/wire/seal.ts'
import { createReportedCounts } from './connection/counts-report.ts'
import { createCurrentLine } from './connection/current-line.ts'
import { createEchoes } from './connection/echoes.ts'
import { createEventSender, reportCounts } from './connection/events.ts'
import { beat, createReporter } from './connection/heartbeat.ts'
import type { Hub } from './connection/hub.ts'
import { createJumpDetector, type HubClock } from './connection/hub-clock.ts'
import type { IncomingRequest, Line, OpenLine } from './connection/line.ts'
import { proveForSession } from './connection/proof.ts'
import { type ConnectionEvent, type ConnectionState, transitions } from './connection/states.ts'
import { createSupervisor } from './connection/supervisor.ts'
import { createWorkCount } from './connection/work-count.ts'
import type { NetworkView } from './network/outbound.ts'
import { countInTally, countTargets } from './relay/counted.ts'
import { createTally } from './relay/counters.ts'
import type { Journal } from './relay/journal/journal.ts'
import { createSecrets } from './relay/secrets.ts'
import { createRelay } from './relay/serve.ts'
import type { TargetHttp } from './relay/target-http.ts'
import { createTargets } from './relay/targets.ts'
import type { AgentKey } from './state/key.ts'
import type { Enrolment, State } from './state/state.ts'
import { createStatusWriter, isoOrNull, type Status } from './state/status.ts'

/** Time for calls in progress when the agent stops. */
const GRACE_MS = 10_000
/** Time for their replies, and for the farewell, after that. */
const FAREWELL_MS = 3000
/** Longest that a replaced line is kept for the calls that came over it: longer than any call takes. */
const RETIRE_MS = 240_000
/** A reply is of use for this long at least, though the deadline is near. */
const SHORTEST_REPLY_MS = 5000

export interface AgentParts {
  readonly enrolment: Enrolment
  readonly key: AgentKey
  /** What is sealed for the hub. */
  readonly channel: AgentChannel
  readonly state: State
  readonly hub: Pick<Hub, 'openSession'>
  readonly hubClock: HubClock
  readonly openLine: OpenLine
  readonly http: TargetHttp
  readonly journal: Journal
  readonly host: string
  readonly version: string
  readonly tracing: Tracing
  readonly pid: number
  /** Unique to this process. */
  readonly source: string
  readonly clock: Clock
  /** Milliseconds from any start, never set back. */
  readonly monotonic: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Logger
  /** How hub and broker are reached. */
  readonly network: NetworkView
  readonly onState: (state: ConnectionState, reason: string | null, problem: ErrorRecord | null) => void
}

export interface Agent {
  /** Serves until the signal is aborted, then stops in order; or until the hub has revoked the agent. */
  run(signal: AbortSignal): Promise<'stopped' | 'revoked'>
  /** Gives up the present connection, for errors that reached nobody. */
  reconnect(reason: string): void
}

/** One running agent: connection, relay, heartbeat and status file, put together. */
export function createAgent(parts: AgentParts): Agent {
  const { clock, hubClock, log, enrolment } = parts
  const agentId = enrolment.agentId
  const current = createCurrentLine(clock, hubClock.now)
  const startedAt = toIso(clock.now())
  let view: Pick<Status, 'state' | 'since' | 'reason' | 'problem'> = {
    state: 'starting',
    since: startedAt,
    reason: null,
    problem: null,
  }
  let lastHeartbeat: number | undefined
  let started = false
  const serving = createWorkCount()
  const echoes = createEchoes()

  const counts = createReportedCounts({ source: parts.source, now: hubClock.now })
  const tally = countInTally(
    createTally(() => status.changed()),
    counts.add,
  )
  const status = createStatusWriter({
    path: parts.state.statusFile,
    read: readStatus,
    clock,
    onError: (error) => log.warn('the status file cannot be written', { reason: reasonOf(error) }),
  })
  const reporter = createReporter({
    agentId,
    clock,
    hubNow: hubClock.now,
    onSent: (at) => {
      lastHeartbeat = at
      status.changed()
    },
  })
  const events = createEventSender({ agentId, channel: parts.channel, hubNow: hubClock.now })
  const roles = rolesOf(enrolment)
  const relay = createRelay({
    agentId,
    targets: createTargets(parts.state, roles, parts.monotonic, (name, base) =>
      log.info('target pinned', { name, base }),
    ),
    secrets: createSecrets(parts.state, parts.monotonic),
    http: countTargets(parts.http, parts.monotonic, counts.add),
    journal: parts.journal,
    channel: parts.channel,
    sendReply,
    tally,
    hubNow: hubClock.now,
    clock,
    onRenew: () => supervisor.renew('the hub asks for it'),
    version: parts.version,
    agentName: enrolment.name,
    tracing: parts.tracing,
    log,
  })
  const supervisor = createSupervisor({
    openSession: () =>
      parts.hub.openSession(async (now) => ({
        assertion: await proveForSession(parts.key, agentId, announcement(), now),
      })),
    openLine: async (session, signal) => {
      const line = await parts.openLine(session, take, signal)
      try {
        await reporter.report(line, started ? 'online' : 'started')
      } catch (error) {
        await line.close()
        throw error
      }
      started = true
      return line
    },
    retire,
    current,
    onEvent,
    clock,
    random: parts.random,
    log,
  })

  function announcement(): Announcement {
    const { host, version } = parts
    return { wire: WIRE_VERSION, roles: [...roles], forms: [...relay.forms], host, version }
  }

  async function take(request: IncomingRequest): Promise<void> {
    if (!request.shared) echoes.arrived()
    if (request.subject !== ECHO) return serving.count(relay.serve(request))
    echoes.heard(request.correlationId)
    await request.complete().catch((error) => log.debug('an echo could not be settled', { error }))
  }

  function readStatus(): Status {
    const { calls, dropped, errors, lastCall } = tally.read()
    return {
      v: 1,
      pid: parts.pid,
      version: parts.version,
      ...view,
      network: parts.network,
      startedAt,
      lastHeartbeat: isoOrNull(lastHeartbeat),
      lastCall: isoOrNull(lastCall),
      calls,
      dropped,
      errors,
    }
  }

  function onEvent(event: ConnectionEvent, reason?: string, problem?: ErrorRecord): void {
    if (event === 'opened' && view.state === 'disconnected') counts.add({ reconnects: 1 })
    const state = transitions[view.state][event]
    const before = view
    view =
      state === 'disconnected'
        ? { state, since: view.since, reason: reason ?? null, problem: problem ?? null }
        : { state, since: view.since, reason: null, problem: null }
    if (state !== before.state) view = { ...view, since: toIso(clock.now()) }
    status.changed()
    // Why it is not connected may change meanwhile; a new thing to mend is worth a word.
    const news = view.problem !== null && view.problem.code !== before.problem?.code
    if (state !== before.state || news) parts.onState(state, view.reason, view.problem)
  }

  function sendReply(
    reply: { id: string; sessionId: string; frame: Uint8Array; part?: string },
    deadline: number,
  ): Promise<void> {
    const until = Math.max(deadline, hubClock.now() + SHORTEST_REPLY_MS)
    return current.deliver(
      'replies',
      {
        subject: 'reply',
        messageId: reply.part ?? reply.id,
        correlationId: reply.id,
        sessionId: reply.sessionId,
        body: reply.frame,
        enc: parts.channel.enc,
        timeToLive: until - hubClock.now(),
      },
      until,
    )
  }

  async function retire(line: Line): Promise<void> {
    const drained = line.stopReceiving().then(() => line.idle())
    await atMost(RETIRE_MS, Promise.race([drained, line.lost]))
    await line.close()
  }

  /** Resolves when the work is done, at the latest after `ms`. */
  async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
    const timer = new AbortController()
    await Promise.race([work.catch(() => undefined), clock.sleep(ms, timer.signal).catch(() => undefined)])
    timer.abort()
  }

  async function leave(): Promise<void> {
    relay.refuseNew()
    // Without a line the answers go into the journal at least, for the next start.
    await current.get()?.stopReceiving()
    await atMost(GRACE_MS, serving.idle())
    relay.abort()
    await atMost(FAREWELL_MS, serving.idle())
    const line = current.get()
    if (line === undefined) return
    await atMost(FAREWELL_MS, reportCounts(line, counts, events, true))
    await atMost(FAREWELL_MS, reporter.report(line, 'leaving'))
    await line.close()
  }

  return {
    async run(signal) {
      const beating = new AbortController()
      const beats = beat(
        {
          current,
          reporter,
          echoes,
          clock,
          monotonic: parts.monotonic,
          clockJumped: createJumpDetector(clock, parts.monotonic),
          renew: supervisor.renew,
          // What cannot be told now is told later; it says nothing about the way of calls.
          reportMore: (line) =>
            reportCounts(line, counts, events, false).catch((error) =>
              log.info('counts could not be reported yet', { reason: reasonOf(error) }),
            ),
        },
        beating.signal,
      )
      status.changed()
      try {
        const end = await supervisor.run(signal)
        if (end === 'stopped') await leave()
        else await current.get()?.close()
        onEvent(end)
        return end
      } finally {
        beating.abort()
        await beats
        parts.http.close()
        await parts.tracing.close()
        await status.finish()
      }
    },
    reconnect: (reason) => current.get()?.lose(reason),
  }
}
