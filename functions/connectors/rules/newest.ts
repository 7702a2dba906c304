/** What one heartbeat says of its agent. Times are milliseconds since the epoch. */
export interface Sign {
  readonly agentId: string
  readonly at: number
  readonly leaving: boolean
}

export interface LastSign {
  readonly lastSeen: number
  readonly leftAt?: number
}

/**
 * The newest sign of each agent, by tenant; the later of two of the same moment counts. None is later than `now`, so that
 * nobody is seen in the future. Who belongs to nobody is left out.
 */
export function newestOf(
  signs: readonly Sign[],
  tenantOf: (agentId: string) => string | undefined,
  now: number,
): ReadonlyMap<string, ReadonlyMap<string, LastSign>> {
  const newest = new Map<string, Map<string, LastSign>>()
  for (const { agentId, at, leaving } of signs) {
    const tenantId = tenantOf(agentId)
    if (tenantId === undefined) continue
    const lastSeen = Math.min(at, now)
    const agents = newest.get(tenantId) ?? new Map<string, LastSign>()
    newest.set(tenantId, agents)
    const known = agents.get(agentId)
    if (known !== undefined && known.lastSeen > lastSeen) continue
    agents.set(agentId, leaving ? { lastSeen, leftAt: lastSeen } : { lastSeen })
  }
  return newest
}
