/**
 * Partitions of the index of due jobs. Tables takes 2,000 rows a second in one partition and 20,000 in one account, and
 * a tick asks each partition once, so more of them would cost without making anything faster.
 */
const SHARDS = 16

export const shards: readonly string[] = Array.from({ length: SHARDS }, (_, shard) => shardName(shard))

/** The same job is always in the same shard. */
export function shardOf(tenantId: string, job: string): string {
  return shardName(fnv1a(`${tenantId}~${job}`) % SHARDS)
}

function shardName(shard: number): string {
  return `due-${String(shard).padStart(2, '0')}`
}

/** FNV-1a, 32 bits: spreads ids evenly. Source: draft-eastlake-fnv. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash
}
