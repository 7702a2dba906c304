import type { FaultsResult } from './faults.ts'

/** MB by which the heap may be larger at the end than after the first sixth; caches are filled by then. */
const GROWTH_MB = 12

/** What is wrong, in words; nothing when all is well. */
export function verdictOf(result: FaultsResult): string[] {
  const wrong = (['unanswered', 'twice', 'invented', 'damaged', 'stray', 'died'] as const)
    .filter((kind) => result[kind].length > 0)
    .map((kind) => `${kind}: ${result[kind].slice(0, 5).join(', ')}`)
  if (Object.keys(result.left).length > 0) wrong.push(`left on queues: ${JSON.stringify(result.left)}`)
  for (const [part, heaps] of Object.entries(result.heaps)) {
    const [, second = 0] = heaps
    const last = heaps.at(-1) ?? 0
    if (last > second + GROWTH_MB) wrong.push(`the memory of ${part} grew: ${heaps.join(', ')} MB`)
  }
  return wrong
}
