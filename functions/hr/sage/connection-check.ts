import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { ConnectorsService } from '../../connectors/service.ts'
import type { RelayService } from '../../relay/service.ts'
import { fieldOf } from '../rules/sage-data.ts'
import { explainDatabase, readDatabases } from './databases.ts'
import type { SageDatabase } from './port.ts'
import { findAnswering } from './presence.ts'
import type { SageProfile } from './profile.ts'
import { locateFailure, type Phase, resultsOf, type StepResult } from './rules/connection-steps.ts'
import { createSageSession, SAGE_ROLE, type SageCredentials } from './session.ts'

/** Milliseconds for the whole check: somebody is looking at it. */
const LIMIT_MS = 10_000
const PING_MS = 3_000

export interface ConnectionReport {
  readonly ok: boolean
  readonly steps: readonly StepResult[]
  /** Names of the agents of which one was used. */
  readonly agent: string | null
  readonly databases: readonly (SageDatabase & { readonly selected: boolean })[]
  /** How many people Sage lists. */
  readonly people: number | null
  readonly milliseconds: number
}

export interface CheckParts {
  readonly clock: Clock
  readonly credentials: (tenantId: string) => Promise<SageCredentials>
  readonly profile: (tenantId: string) => Promise<SageProfile>
  readonly connectors: Pick<ConnectorsService, 'choose'>
  readonly relay: Pick<RelayService, 'call' | 'isAlive'>
}

/**
 * Walks the way to Sage once, without repeating anything, and says where it ends and why. It signs in at most once, so
 * that a wrong password does not lock the user out; Sage has no sign-out, it forgets the session by itself.
 */
export async function checkConnection(parts: CheckParts, tenantId: string): Promise<ConnectionReport> {
  const { clock } = parts
  const startedAt = clock.now()
  const left = () => Math.max(1, startedAt + LIMIT_MS - clock.now())
  let phase: Phase = 'variables'
  let address: { origin: string; host: string; secure: boolean } | undefined
  let agentName: string | null = null
  let databases: readonly SageDatabase[] = []
  let chosen: string | undefined
  let people: number | null = null

  async function walk(): Promise<void> {
    const [credentials, profile] = await Promise.all([parts.credentials(tenantId), parts.profile(tenantId)])
    address = addressOf(credentials.baseUrl)
    chosen = credentials.database

    phase = 'agent'
    const { to, agents } = await parts.connectors.choose(tenantId, SAGE_ROLE, undefined)
    agentName = agents.map(({ name }) => name).join(', ')
    await findAnswering(parts.relay, agents, PING_MS)

    const session = createSageSession({
      exchange: (request) => parts.relay.call(to, { ...request, timeout: Math.min(request.timeout, left()) }),
      credentials,
      profile,
      clock,
      pauses: [],
      explainBadRequest: async () => explainDatabase(databases, chosen),
    })
    phase = 'sage'
    databases = await readDatabases(session, profile)
    // Sage takes a sign-in without a database where there is only one; then there is nothing to choose.
    const unknown = chosen === undefined ? undefined : explainDatabase(databases, chosen)
    if (unknown !== undefined) throw unknown

    phase = 'sign-in'
    await session.ready()
    phase = 'people'
    people = totalOf(
      await session.get(profile.employees.path, { [profile.list.skip]: '0', [profile.list.take]: '1' }),
      profile,
    )
  }

  const failure = await walk().then(
    () => undefined,
    (error: unknown) => {
      if (!isStegError(error)) throw error
      const { origin = '', host = '' } = address ?? {}
      return locateFailure({ code: error.code, params: error.params }, phase, { origin, host })
    },
  )
  const only = databases.length === 1 ? databases[0]?.key : undefined
  return {
    ok: failure === undefined,
    steps: resultsOf(failure, address?.secure ?? false),
    agent: agentName,
    databases: databases.map((entry) => ({ ...entry, selected: entry.key === (chosen ?? only) })),
    people,
    milliseconds: clock.now() - startedAt,
  }
}

function addressOf(baseUrl: string): { origin: string; host: string; secure: boolean } {
  const url = new URL(baseUrl)
  return { origin: url.origin, host: url.hostname, secure: url.protocol === 'https:' }
}

function totalOf(answer: unknown, profile: SageProfile): number {
  const total = fieldOf(answer, profile.list.total)
  if (typeof total === 'number') return total
  throw new StegError('sage-unexpected-data', {
    path: profile.employees.path,
    problem: `it has no number "${profile.list.total}"`,
  })
}
