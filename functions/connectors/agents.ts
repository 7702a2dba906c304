import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Condition, Store } from '../platform/store/port.ts'
import { type AgentRow, agentsTable, tenantOfAgent } from './rows.ts'

/** The stored agents, as all that is done with them reads and writes them. */
export function createAgents(store: Store) {
  const table = agentsTable.bind(store)

  return {
    find: (tenantId: string, agentId: string) => table.get(tenantId, agentId),

    async all(tenantId: string): Promise<{ readonly id: string; readonly row: AgentRow }[]> {
      const found: { id: string; row: AgentRow }[] = []
      for await (const { key, value } of table.all(tenantId)) found.push({ id: key, row: value })
      return found
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

    /** @returns false when the row has changed in between, as with every heartbeat. */
    async wasWritten(tenantId: string, agentId: string, row: AgentRow, condition: Condition) {
      try {
        await table.put(tenantId, agentId, row, condition)
        return true
      } catch (error) {
        if (isStegError(error, 'store-conflict')) return false
        throw error
      }
    },
  }
}

export type Agents = ReturnType<typeof createAgents>
