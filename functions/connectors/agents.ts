import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Condition, Store } from '../platform/store/port.ts'
import {
  type AgentRow,
  agentRowsTable,
  agentsTable,
  PRESENCE,
  type PresenceRow,
  presenceTable,
  tenantOfAgent,
} from './rows.ts'

/** An agent, and when it was last heard of. */
export interface Known {
  readonly id: string
  readonly row: AgentRow
}

/** The stored agents, as all that is done with them reads and writes them. */
export function createAgents(store: Store) {
  const table = agentsTable.bind(store)
  const rows = agentRowsTable.bind(store)
  const presences = presenceTable.bind(store)

  async function read(tenantId: string, range: { readonly from?: string; readonly to?: string } = {}) {
    const found = new Map<string, AgentRow>()
    for await (const { key, value } of rows.all(tenantId, range)) {
      if (!key.endsWith(PRESENCE)) found.set(key, agentsTable.schema.parse(value))
      else {
        const id = key.slice(0, -PRESENCE.length)
        const row = found.get(id)
        if (row !== undefined) found.set(id, seen(row, presenceTable.schema.parse(value)))
      }
    }
    return [...found].map(([id, row]): Known => ({ id, row }))
  }

  return {
    find: (tenantId: string, agentId: string) => table.get(tenantId, agentId),

    /** One range. */
    all: (tenantId: string) => read(tenantId),

    /** As `all` tells it. @throws StegError `not-found` */
    async known(tenantId: string, agentId: string): Promise<AgentRow> {
      const after = `${agentId}${PRESENCE}`
      const [found] = await read(tenantId, { from: agentId, to: `${after}~` })
      if (found?.id !== agentId) throw new StegError('not-found', { what: 'agent' })
      return found.row
    },

    /** @throws StegError `not-found` */
    async existing(tenantId: string, agentId: string) {
      const row = await table.get(tenantId, agentId)
      if (row === undefined) throw new StegError('not-found', { what: 'agent' })
      return row
    },

    /** The agent that says it is this one, yet to be proved. @throws StegError `proof-invalid` */
    async claimed(agentId: string) {
      const tenantId = tenantOfAgent(agentId)
      const row = tenantId === undefined ? undefined : await table.get(tenantId, agentId)
      if (tenantId === undefined || row === undefined) {
        throw new StegError('proof-invalid', { reason: 'the agent is unknown' })
      }
      return { tenantId, row }
    },

    add: (tenantId: string, agentId: string, row: AgentRow) =>
      table.put(tenantId, agentId, row, { kind: 'absent' }),

    /** @returns false when the row has changed in between. */
    async wasWritten(tenantId: string, agentId: string, row: AgentRow, condition: Condition) {
      try {
        await table.put(tenantId, agentId, row, condition)
        return true
      } catch (error) {
        if (isStegError(error, 'store-conflict')) return false
        throw error
      }
    },

    /** By agent, all of one tenant; a hundred in one transaction. */
    async saw(tenantId: string, presence: ReadonlyMap<string, PresenceRow>): Promise<void> {
      const writes = [...presence].map(([agentId, value]) => ({
        kind: 'put' as const,
        key: `${agentId}${PRESENCE}`,
        value,
        condition: { kind: 'any' as const },
      }))
      await presences.chunked(tenantId, writes)
    },
  }
}

export type Agents = ReturnType<typeof createAgents>

function seen({ lastSeen: _, leftAt: __, ...row }: AgentRow, { lastSeen, leftAt }: PresenceRow): AgentRow {
  return leftAt === undefined ? { ...row, lastSeen } : { ...row, lastSeen, leftAt }
}
