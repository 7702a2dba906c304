import type { Clock } from '../../../shared/clock.ts'
import type { Store } from '../store/port.ts'
import { interestsTable } from './rows.ts'

/**
 * Which hub instances want to be told of which tenant. One row each, in a few partitions, so that who publishes reads
 * one range whatever the number of tenants. A row says until when it counts: that of an instance that died runs out.
 */
const SHARDS = 16
/** Milliseconds for which a row counts. */
export const INTEREST_MS = 600_000

const any = { kind: 'any' } as const

const addressOf = (tenantId: string, instanceId: string) =>
  [`push-${shardOf(tenantId)}`, `${tenantId}!${instanceId}`] as const

/** FNV-1a: the same on every instance and in every version. */
function shardOf(tenantId: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < tenantId.length; at++) hash = Math.imul(hash ^ tenantId.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % SHARDS
}

/** The rows of one instance. @throws StegError `store-unavailable` */
export function createOwnInterests(store: Store, clock: Clock, instanceId: string) {
  const table = interestsTable.bind(store)
  return {
    async keep(tenantId: string): Promise<void> {
      await table.put(...addressOf(tenantId, instanceId), { until: clock.now() + INTEREST_MS }, any)
    },
    drop: (tenantId: string) => table.delete(...addressOf(tenantId, instanceId), any),
  }
}

type Shard = ReadonlyMap<string, readonly string[]>

/** What others want, remembered for `memoryMs` from before it was read. */
export function createOthersInterests(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly instanceId: string
  readonly memoryMs: number
}) {
  const { clock, instanceId, memoryMs } = parts
  const table = interestsTable.bind(parts.store)
  const known = new Map<string, { readonly at: number; readonly shard: Promise<Shard> }>()

  async function read(partition: string): Promise<Shard> {
    const instances = new Map<string, string[]>()
    for await (const { key, value } of table.all(partition)) {
      // Ids of instances are ours and have no such sign.
      const at = key.lastIndexOf('!')
      const [tenantId, instance] = [key.slice(0, at), key.slice(at + 1)]
      const over = clock.now() - value.until
      // Its instance is dead for long, whatever the clocks say.
      if (over > INTEREST_MS) table.delete(partition, key, any).catch(() => undefined)
      if (over > 0 || instance === instanceId) continue
      instances.set(tenantId, [...(instances.get(tenantId) ?? []), instance])
    }
    return instances
  }

  return {
    /** Instances other than this one. @throws StegError `store-unavailable` */
    async of(tenantId: string): Promise<readonly string[]> {
      const [partition] = addressOf(tenantId, instanceId)
      let found = known.get(partition)
      if (found === undefined || clock.now() - found.at >= memoryMs || clock.now() < found.at) {
        const shard = read(partition)
        found = { at: clock.now(), shard }
        known.set(partition, found)
        shard.catch(() => known.delete(partition))
      }
      return (await found.shard).get(tenantId) ?? []
    },
  }
}
