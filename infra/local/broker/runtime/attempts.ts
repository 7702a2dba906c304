import type { Clock } from '../../../../shared/clock.ts'
import type { Entry } from '../queue/entry.ts'
import type { Change } from '../store/changes.ts'
import { createAlarm } from './alarm.ts'

/**
 * Writes delivery counts of sessions down a little late: nearly all messages are completed by then and cost nothing.
 * A kill within this time forgets one count, never a message; whoever has the session next has it alone.
 */
const DELAY_MS = 100

export interface Attempts {
  count(entry: Entry): void
  /** Writes what is still to be written. */
  stop(): void
}

export function createAttempts(
  clock: Clock,
  write: (changes: readonly Change[], done: (failure?: Error) => void) => void,
): Attempts {
  let counted = new Set<Entry>()
  const alarm = createAlarm(clock, store)

  function store(): void {
    const due = [...counted].filter(
      (entry) =>
        entry.state !== 'gone' && entry.state !== 'writing' && entry.deliveries !== entry.storedDeliveries,
    )
    counted = new Set()
    if (due.length === 0) return
    const changes = due.map((entry) => ({
      kind: 'deliveries' as const,
      id: entry.id,
      count: entry.deliveries,
    }))
    write(changes, (failure) => {
      if (failure) return
      for (const [index, entry] of due.entries()) entry.storedDeliveries = changes[index]?.count ?? 0
    })
  }
  return {
    count(entry) {
      counted.add(entry)
      alarm.at(clock.now() + DELAY_MS)
    },
    stop() {
      alarm.stop()
      store()
    },
  }
}
