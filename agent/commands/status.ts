import { describeError, type ErrorRecord, type Language } from '../../shared/errors/error.ts'
import { clock, openOutbound, openState, readEnrolment } from '../compose.ts'
import type { NetworkView } from '../network/outbound.ts'
import { isLocked } from '../state/lock.ts'
import type { Enrolment } from '../state/state.ts'
import { type Status, statusFile } from '../state/status.ts'
import { describeNetwork } from './network.ts'
import { texts } from './texts.ts'

export interface StatusView {
  readonly agentId: string
  readonly name: string
  readonly tenant: Enrolment['tenant']
  readonly hub: string
  readonly category: Enrolment['category']
  readonly targets: Readonly<Record<string, string>>
  readonly allowed: readonly string[]
  /** What the running agent uses, else what it would use. */
  readonly network: NetworkView
  readonly running: boolean
  readonly version: string | null
  readonly connection: {
    readonly state: Status['state']
    readonly since: string
    readonly reason: string | null
    readonly problem: ErrorRecord | null
  } | null
  readonly lastHeartbeat: string | null
  readonly lastCall: string | null
  readonly calls: number
  readonly dropped: number
  readonly errors: Readonly<Record<string, number>>
}

/** @throws StegError `not-enrolled`, `state-unreadable` */
export async function readStatus(dir: string): Promise<StatusView> {
  const state = openState(dir)
  const enrolment = await readEnrolment(state)
  const status = await statusFile(state.statusFile, clock).read()
  const running = await isLocked(state.lockFile)
  return {
    agentId: enrolment.agentId,
    name: enrolment.name,
    tenant: enrolment.tenant,
    hub: enrolment.hub,
    category: enrolment.category,
    targets: (await state.pins.read())?.pins ?? {},
    allowed: (await state.allowed.read())?.urls ?? [],
    network:
      (running ? status?.network : undefined) ??
      openOutbound(await state.network.read()).view(new URL(enrolment.hub)),
    running,
    version: status?.version ?? null,
    connection: status === undefined ? null : connectionOf(status, running),
    lastHeartbeat: status?.lastHeartbeat ?? null,
    lastCall: status?.lastCall ?? null,
    calls: status?.calls ?? 0,
    dropped: status?.dropped ?? 0,
    errors: status?.errors ?? {},
  }
}

/** A process that was killed could not write that it is gone. */
function connectionOf(status: Status, running: boolean): NonNullable<StatusView['connection']> {
  const { state, since, reason, problem } = status
  return { state: running || state === 'revoked' ? state : 'stopped', since, reason, problem }
}

export function describeStatus(view: StatusView, language: Language): string[] {
  const text = texts[language]
  const { labels } = text
  const targets = Object.entries(view.targets).map(([name, url]) => text.pinned(name, url))
  const errors = Object.entries(view.errors).map(([code, count]) => `${code} ${count}`)
  const connection = view.connection
  const rows: [string, string][] = [
    [labels.agent, `${view.name} (${view.agentId})`],
    [labels.tenant, view.tenant.name],
    [labels.hub, view.hub],
    ...describeNetwork(view.network, language),
    [labels.targets, [...targets, ...view.allowed.map(text.alsoAllowed)].join(', ') || text.none],
    [labels.running, view.running ? text.yes : text.no],
    [labels.connection, connection === null ? text.never : describeConnection(connection, language)],
    [labels.lastHeartbeat, view.lastHeartbeat ?? text.never],
    [labels.lastCall, view.lastCall ?? text.never],
    [labels.calls, String(view.calls)],
    [labels.errors, errors.join(', ') || text.none],
  ]
  const width = Math.max(...rows.map(([label]) => label.length)) + 2
  return rows.map(([label, value]) => `${`${label}:`.padEnd(width)}${value}`)
}

function describeConnection(connection: NonNullable<StatusView['connection']>, language: Language): string {
  const text = texts[language]
  const { problem } = connection
  const why = problem === null ? connection.reason : describeError(problem, language)
  const reason = why === null ? '' : ` (${why})`
  return `${text.states[connection.state]} ${text.since(connection.since)}${reason}`
}
