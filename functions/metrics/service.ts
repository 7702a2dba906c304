import type { Clock } from '../../shared/clock.ts'
import { reasonOf } from '../../shared/errors/error.ts'
import {
  createHourlyCounts,
  type Happening,
  type HourlyCounts,
  hourOf,
  noCounts,
} from '../../shared/hourly-counts.ts'
import type { Logger } from '../../shared/log.ts'
import { type Counts, type CountsReport, MAX_REPORTED_HOURS } from '../../shared/wire/counts.ts'
import type { QueueDepth } from '../platform/bus/port.ts'
import { limits, type Store } from '../platform/store/port.ts'
import { agentHoursTable, hourKey, hourRange } from './rows.ts'
import { sumCounts } from './rules/sum.ts'

/** How often it is looked whether anything is to be written; a process that dies loses at most what came since. */
const LOOK_MS = 10_000
/** One agent's counts are written this often at most: 288 times a day, and once more for each hour that ends. */
const WRITE_EVERY_MS = 5 * 60_000
const RETENTION_DAYS = 90
/** Agents whose last clean-up is remembered. */
const TENANTS_REMEMBERED = 1000

export interface BothSides {
  readonly hub: Counts
  readonly agent: Counts
  /** Most calls seen waiting on the agent's queue and its site's; null when nobody looked. */
  readonly waiting: number | null
}

/** What is counted about agents (F3): where the calls are made, and where they are served. */
export interface AgentMetrics {
  /** Something happened here with an agent. Costs no storage; written later. */
  count(agentId: string, happening: Happening): void
  /** Takes in what an agent has counted itself. Repeatable. */
  receive(tenantId: string, agentId: string, report: CountsReport): Promise<void>
  /** By hour since the epoch, oldest first, only hours in which anything was counted. */
  read(
    tenantId: string,
    agentId: string,
    first: number,
    last: number,
  ): Promise<ReadonlyMap<number, BothSides>>
  /** Writes what has not been written, for the last time. */
  close(): Promise<void>
}

interface Counted {
  readonly tenantId: string
  readonly hourly: HourlyCounts
  changed: boolean
  writtenAt: number
}

export function createAgentMetrics(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  /** Unique to this process: rows with it are written by nobody else. */
  readonly source: string
  readonly tenantOf: (agentId: string) => string | undefined
  /** Calls waiting for the agent. */
  readonly depthOf: (agentId: string) => Promise<QueueDepth>
}): AgentMetrics {
  const { clock, log } = parts
  const rows = agentHoursTable.bind(parts.store)
  const counted = new Map<string, Counted>()
  /** Day of the last clean-up by tenant. */
  const cleaned = new Map<string, number>()
  const closing = new AbortController()
  let looking: Promise<void> | undefined

  function entryOf(agentId: string): Counted | undefined {
    const known = counted.get(agentId)
    const tenantId = parts.tenantOf(agentId)
    if (known !== undefined || tenantId === undefined) return known
    const entry = { tenantId, hourly: createHourlyCounts(clock.now), changed: false, writtenAt: 0 }
    counted.set(agentId, entry)
    return entry
  }

  async function look(): Promise<void> {
    while (!closing.signal.aborted && counted.size > 0) {
      await clock.sleep(LOOK_MS, closing.signal).catch(() => undefined)
      if (!closing.signal.aborted) await writeDue(clock.now() - WRITE_EVERY_MS)
    }
    looking = undefined
  }

  /** Writes what changed and was not written after `since`, and forgets agents of hours that are over. */
  async function writeDue(since: number): Promise<void> {
    const hour = hourOf(clock.now())
    for (const [agentId, entry] of counted) {
      const past = entry.hourly.hours().some((one) => one.hour < hour)
      if (entry.changed && (past || entry.writtenAt <= since)) await write(agentId, entry)
      if (entry.changed) continue
      entry.hourly.forgetPast()
      // Until its hour is over an entry stays: a new one would begin at nought and take its place in the store.
      if (entry.hourly.hours().length === 0) counted.delete(agentId)
    }
  }

  async function write(agentId: string, entry: Counted): Promise<void> {
    const waiting = await depth(agentId)
    const now = hourOf(clock.now())
    entry.changed = false
    try {
      for (const { hour, counts } of entry.hourly.hours()) {
        const row = { hour, agentId, side: 'hub' as const, counts }
        const seen = hour === now && waiting !== undefined ? { waiting } : {}
        await rows.put(
          entry.tenantId,
          hourKey(hour, agentId, parts.source),
          { ...row, ...seen },
          { kind: 'any' },
        )
      }
      entry.writtenAt = clock.now()
      await cleanUp(entry.tenantId)
    } catch (error) {
      entry.changed = true
      log.warn('counts could not be written yet', { agentId, reason: reasonOf(error) })
    }
  }

  async function depth(agentId: string): Promise<number | undefined> {
    try {
      return (await parts.depthOf(agentId)).waiting
    } catch (error) {
      log.info('the depth of a queue is not known', { agentId, reason: reasonOf(error) })
      return undefined
    }
  }

  /** Once a day for each tenant: one read, and one batch when there is something too old. */
  async function cleanUp(tenantId: string): Promise<void> {
    const day = Math.floor(hourOf(clock.now()) / 24)
    if (cleaned.get(tenantId) === day) return
    const old = await parts.store.query(agentHoursTable.name, tenantId, {
      ...hourRange(0, (day - RETENTION_DAYS) * 24 - 1),
      limit: limits.batchWrites,
    })
    if (old.rows.length > 0) {
      await rows.batch(
        tenantId,
        old.rows.map(({ key }) => ({ kind: 'delete', key, condition: { kind: 'any' } })),
      )
    }
    // A full batch may not have been all: the next write goes on.
    if (old.rows.length === limits.batchWrites) return
    const oldest = cleaned.keys().next()
    if (cleaned.size >= TENANTS_REMEMBERED && !oldest.done) cleaned.delete(oldest.value)
    cleaned.set(tenantId, day)
  }

  return {
    count(agentId, happening) {
      const entry = entryOf(agentId)
      if (entry === undefined) return
      entry.hourly.add(happening)
      entry.changed = true
      if (!closing.signal.aborted) looking ??= look()
    },

    async receive(tenantId, agentId, { source, hours }) {
      for (const { hour, counts } of hours) {
        // An agent's clock decides the hour; far from ours it would never be read, and never be deleted.
        if (Math.abs(hour - hourOf(clock.now())) > MAX_REPORTED_HOURS) continue
        const row = { hour, agentId, side: 'agent' as const, counts }
        await rows.put(tenantId, hourKey(hour, agentId, `agent-${source}`), row, { kind: 'any' })
      }
      await cleanUp(tenantId)
    },

    async read(tenantId, agentId, first, last) {
      const found = new Map<number, BothSides>()
      for await (const { value } of rows.all(tenantId, hourRange(first, last))) {
        if (value.agentId !== agentId) continue
        const before = found.get(value.hour) ?? { hub: noCounts(), agent: noCounts(), waiting: null }
        const waiting =
          value.waiting === undefined ? before.waiting : Math.max(before.waiting ?? 0, value.waiting)
        found.set(value.hour, {
          ...before,
          waiting,
          [value.side]: sumCounts(before[value.side], value.counts),
        })
      }
      return found
    },

    async close() {
      closing.abort()
      await looking
      await writeDue(Number.POSITIVE_INFINITY)
    },
  }
}
