import { type Clock, toIso } from '../../../shared/clock.ts'
import { StegError } from '../../../shared/errors/error.ts'
import type { ConnectorsService } from '../../connectors/service.ts'
import type { Condition, Store } from '../../platform/store/port.ts'
import type { RelayService } from '../../relay/service.ts'
import type { VariablesService } from '../../tenancy/variables/service.ts'
import { toConnection } from './connection.ts'
import { type ConnectionReport, checkConnection } from './connection-check.ts'
import { explainDatabase, readDatabases } from './databases.ts'
import type { SageConnection, SageSession } from './port.ts'
import { findAnswering } from './presence.ts'
import { SageProfile, type SageProfileOverrides } from './profile.ts'
import { PROFILE_KEY, sageProfilesTable } from './rows.ts'
import { SAGE_BASE_URL, SAGE_DATABASE, SAGE_PASSWORD, SAGE_USERNAME } from './rules/variables.ts'
import { createSageSession, SAGE_ROLE } from './session.ts'

/** Milliseconds in which a living agent answers a ping. */
const PING_TIMEOUT_MS = 5_000

interface SageProfileView {
  readonly profile: SageProfile
  readonly overrides: SageProfileOverrides
}

export interface SageService {
  /**
   * Finds the agent, makes sure that it is there, and prepares a session; the sign-in happens with the first call.
   * @throws StegError `variable-missing`, `agent-missing`, `agent-offline`, `agent-revoked`, `bus-unavailable`
   */
  connect(
    tenantId: string,
    options: { readonly agentId?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<SageConnection>
  /** Where the way to Sage ends, and why: a report, not an error. Takes about ten seconds at most. */
  check(tenantId: string): Promise<ConnectionReport>
  /** The etag is undefined as long as nothing was set. */
  profile(tenantId: string): Promise<SageProfileView & { etag: string | undefined }>
  /** @throws StegError `store-conflict` */
  setProfile(
    tenantId: string,
    overrides: SageProfileOverrides,
    ifMatch: string | undefined,
  ): Promise<SageProfileView & { etag: string }>
}

export interface SageParts {
  readonly store: Store
  readonly clock: Clock
  readonly variables: Pick<VariablesService, 'read'>
  readonly connectors: Pick<ConnectorsService, 'choose'>
  readonly relay: Pick<RelayService, 'call' | 'isAlive'>
}

export function createSageService(parts: SageParts): SageService {
  const profiles = sageProfilesTable.bind(parts.store)

  async function profile(tenantId: string) {
    const row = await profiles.get(tenantId, PROFILE_KEY)
    const overrides = row?.value.overrides ?? {}
    return { profile: SageProfile.parse(overrides), overrides, etag: row?.etag }
  }

  async function credentials(tenantId: string) {
    const names = [SAGE_BASE_URL, SAGE_USERNAME, SAGE_PASSWORD, SAGE_DATABASE] as const
    const values = await parts.variables.read(tenantId, names)
    const required = (name: (typeof names)[number]) => {
      const value = values[name]
      if (value === undefined) throw new StegError('variable-missing', { name })
      return value
    }
    return {
      baseUrl: required(SAGE_BASE_URL),
      username: required(SAGE_USERNAME),
      password: required(SAGE_PASSWORD),
      database: values[SAGE_DATABASE],
    }
  }

  return {
    profile,

    async connect(tenantId, { agentId, signal }) {
      const [known, { profile: names }] = await Promise.all([credentials(tenantId), profile(tenantId)])
      const { to, agents } = await parts.connectors.choose(tenantId, SAGE_ROLE, agentId)
      await findAnswering(parts.relay, agents, PING_TIMEOUT_MS)
      const session: SageSession = createSageSession({
        exchange: (request, abort) => parts.relay.call(to, request, abort),
        credentials: known,
        profile: names,
        clock: parts.clock,
        signal,
        explainBadRequest: async (open) => explainDatabase(await readDatabases(open, names), known.database),
      })
      const agentName = agents.map(({ name }) => name).join(', ')
      return toConnection({ agentName, session, profile: names, now: parts.clock.now })
    },

    check: (tenantId) =>
      checkConnection(
        { ...parts, credentials, profile: async (id) => (await profile(id)).profile },
        tenantId,
      ),

    async setProfile(tenantId, overrides, ifMatch) {
      const merged = SageProfile.parse(overrides)
      const row = { overrides, updatedAt: toIso(parts.clock.now()) }
      const condition: Condition = ifMatch === undefined ? { kind: 'any' } : { kind: 'match', etag: ifMatch }
      const etag = await profiles.put(tenantId, PROFILE_KEY, row, condition)
      return { profile: merged, overrides, etag }
    },
  }
}
