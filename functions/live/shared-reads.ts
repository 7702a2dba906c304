import type { Clock } from '../../shared/clock.ts'
import type { Read, Share } from '../products/port.ts'

/** Milliseconds for which streams share what one of them has read: less than the pause between two looks. */
const FRESH_MS = 1_500

/** Makes reads that many streams of a tenant repeat cost as much as those of one. Nothing is kept for longer than a moment. */
export function createSharedReads(clock: Clock): Share {
  return <T>(read: Read<T>): Read<T> => {
    const recent = new Map<string, { readonly at: number; readonly value: Promise<T> }>()
    return (...call) => {
      const now = clock.now()
      for (const [key, { at }] of recent) if (now - at > FRESH_MS) recent.delete(key)
      const key = call.join('/')
      const known = recent.get(key)
      if (known !== undefined) return known.value
      const value = read(...call)
      recent.set(key, { at: now, value })
      value.catch(() => {
        if (recent.get(key)?.value === value) recent.delete(key)
      })
      return value
    }
  }
}
