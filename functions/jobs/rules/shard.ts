import { fnv1a } from './hash.ts'

/**
 * Partitions of the indexes of due jobs and of active runs. Tables takes 2,000 rows a second in one partition and 20,000
 * in one account, and a tick asks each partition once, so more of them would cost without making anything faster.
 */
const SHARDS = 16

const numbers = Array.from({ length: SHARDS }, (_, shard) => String(shard).padStart(2, '0'))

/** Partitions of the index of due jobs. */
export const shards: readonly string[] = numbers.map((number) => `due-${number}`)
/** Partitions of the active runs. */
export const activeShards: readonly string[] = numbers.map((number) => `active-${number}`)

const shardNumber = (tenantId: string, job: string) => fnv1a(`${tenantId}~${job}`) % SHARDS

/** The same job is always in the same shard, with all its subjects: what one batch or one message holds lies together. */
export function shardOf(tenantId: string, job: string): string {
  return shards[shardNumber(tenantId, job)] ?? ''
}

/** Where the active runs of a job are found. */
export function activeShardOf(tenantId: string, job: string): string {
  return activeShards[shardNumber(tenantId, job)] ?? ''
}
