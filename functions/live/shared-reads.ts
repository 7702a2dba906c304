import type { Clock } from '../../shared/clock.ts'
import type { Share } from '../products/port.ts'

/** Milliseconds for which streams share what one of them has read, unless it is told that it has changed. */
export const FRESH_MS = 1_500
/** With more tenants than that, what is remembered of those that went is given up. */
const MOST_TENANTS = 1_000

interface Read {
  readonly at: number
  readonly value: Promise<unknown>
}

export interface SharedReads {
  once<T>(tenantId: string, key: string, read: () => Promise<T>): Promise<T>
  /** Something of the tenant has changed: whatever was read before is old, also what is still on its way. */
  forget(tenantId: string): void
}

/** Makes reads that many streams of a tenant repeat cost as much as those of one. Nothing is kept for longer than a moment. */
export function createSharedReads(clock: Clock): SharedReads {
  const tenants = new Map<string, Map<string, Read>>()

  return {
    once<T>(tenantId: string, key: string, read: () => Promise<T>): Promise<T> {
      if (tenants.size > MOST_TENANTS) tenants.clear()
      const now = clock.now()
      const recent = tenants.get(tenantId) ?? new Map<string, Read>()
      tenants.set(tenantId, recent)
      for (const [name, { at }] of recent) if (now - at > FRESH_MS) recent.delete(name)
      const known = recent.get(key)
      if (known !== undefined) return known.value as Promise<T>
      const value = read()
      recent.set(key, { at: now, value })
      value.catch(() => {
        if (recent.get(key)?.value === value) recent.delete(key)
      })
      return value
    },
    forget: (tenantId) => void tenants.delete(tenantId),
  }
}

/** The same for whoever knows only that a read is made by many. */
export function shareOf(reads: SharedReads): Share {
  let known = 0
  return (read) => {
    known += 1
    const name = `${known}`
    return (tenantId, ...more) =>
      reads.once(tenantId, [name, ...more].join(' '), () => read(tenantId, ...more))
  }
}
