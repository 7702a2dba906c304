import { hostname } from 'node:os'
import { performance } from 'node:perf_hooks'
import { type Clock, systemClock } from '../shared/clock.ts'
import { type ErrorRecord, StegError } from '../shared/errors/error.ts'
import type { Logger } from '../shared/log.ts'
import { randomId, systemRandom } from '../shared/random.ts'
import { openTracing } from '../shared/telemetry/open.ts'
import { agentChannel } from '../shared/wire/seal.ts'
import { type Agent, createAgent } from './agent.ts'
import { connectHub, type Hub } from './connection/hub.ts'
import { createHubClock } from './connection/hub-clock.ts'
import type { ConnectionState } from './connection/states.ts'
import { openKeyRing } from './keys/key-ring.ts'
import { createKeyRotation } from './keys/rotation.ts'
import { createOutbound, type Outbound } from './network/outbound.ts'
import { preferSetting } from './network/proxies.ts'
import { nameOf, trustAlso } from './network/trust.ts'
import { openJournal } from './relay/journal/journal.ts'
import { createTargetHttp } from './relay/target-http.ts'
import { traceTargets } from './relay/traced.ts'
import { removeLeftovers, secureFolder } from './state/folder.ts'
import { takeLock } from './state/lock.ts'
import { type Enrolment, type NetworkSettings, type State, stateIn } from './state/state.ts'
import { VERSION } from './version.ts'

/** The machine's real time. */
export const clock: Clock = systemClock

/** The host name as the hub stores it, at most 255 characters. */
export function hostName(): string {
  return hostname().slice(0, 255) || 'unknown'
}

export function openState(dir: string): State {
  return stateIn(dir, clock)
}

/** A hub spoken to before there is an agent. */
export function hubAt(url: string, language: string, outbound: Outbound): Hub {
  return connectHub({ url, hubClock: createHubClock(clock), localNow: clock.now, language, outbound })
}

/** The machine's own settings before those of the environment. */
export function openOutbound(settings: NetworkSettings | undefined): Outbound {
  preferSetting(settings?.proxy, process.env)
  const ca = settings?.ca ?? []
  const extra = process.env.NODE_EXTRA_CA_CERTS || undefined
  return createOutbound({
    proxyLoopback: settings?.proxyLoopback === true,
    trust: ca.length === 0 ? undefined : trustAlso(ca, extra),
    trusted: [...ca.map(nameOf), ...(extra === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${extra}`])],
  })
}

/** @throws StegError `not-enrolled`, `state-unreadable` */
export async function readEnrolment(state: State): Promise<Enrolment> {
  const enrolment = await state.enrolment.read()
  if (enrolment === undefined) throw new StegError('not-enrolled', { dir: state.dir })
  return enrolment
}

export interface StartOptions {
  readonly dir: string
  readonly language: string
  readonly log: Logger
  readonly onState: (state: ConnectionState, reason: string | null, problem: ErrorRecord | null) => void
}

/**
 * Puts the agent of a state folder together; `release` lets go of the folder.
 * @throws StegError `not-enrolled`, `agent-outdated`, `already-running`, `state-unreadable`, `state-unwritable`
 */
export async function prepareAgent(
  options: StartOptions,
): Promise<{ agent: Agent; enrolment: Enrolment; release: () => void }> {
  const { dir, log } = options
  const state = openState(dir)
  const enrolment = await readEnrolment(state)
  if ((await secureFolder(dir)).tightened) {
    log.warn('other users of this machine could read the state folder; it has been closed to them', { dir })
  }
  const lock = await takeLock(state.lockFile)
  if (lock === undefined) throw new StegError('already-running', { dir })
  try {
    await removeLeftovers(dir)
    const ring = await openKeyRing(state, enrolment)
    const outbound = openOutbound(await state.network.read())
    const network = outbound.view(new URL(enrolment.hub))
    const hubClock = createHubClock(clock)
    const hub = connectHub({
      url: enrolment.hub,
      hubClock,
      localNow: clock.now,
      language: options.language,
      outbound,
    })
    const keys = createKeyRotation({ ring, hub, agentId: enrolment.agentId, hubNow: hubClock.now, log })
    const journal = await openJournal({ file: state.journalFile, now: hubClock.now })
    // The broker's client is large; commands that do not connect start without it.
    const { serviceBusLines } = await import('./connection/service-bus-line.ts')
    const tracing = await openTracing(process.env, { name: 'steg-agent', version: VERSION }, log)
    const agent = createAgent({
      enrolment,
      key: ring.signing,
      channel: agentChannel(ring.pairings),
      state,
      hub: {
        async openSession(request) {
          await keys.resume()
          const session = await hub.openSession(request)
          // Not waited for: calls go on with the present keys meanwhile.
          void keys.tend(session.rotateKeys === true)
          return session
        },
      },
      hubClock,
      openLine: serviceBusLines({ log, outbound, now: clock.now }),
      http: traceTargets(createTargetHttp(), tracing, process.env.STEG_TRACE_TARGETS === 'true'),
      journal,
      host: hostName(),
      version: VERSION,
      tracing,
      pid: process.pid,
      source: randomId(systemRandom, 12),
      clock,
      monotonic: () => performance.now(),
      random: Math.random,
      log,
      network,
      onState: options.onState,
    })
    return {
      agent,
      enrolment,
      release() {
        journal.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
