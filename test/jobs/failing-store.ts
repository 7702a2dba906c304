import type { Store } from '../../functions/platform/store/port.ts'

/** What a killed process leaves behind: the operation it died at was done or not done, and it does nothing after. */
export type Death = 'before' | 'after'

/**
 * A store for a process that dies at its n-th operation (from 1): from then on nothing gets through.
 * `operations` is how many were asked for.
 */
export function dyingStore(inner: Store, n: number, death: Death): { store: Store; operations(): number } {
  let operations = 0
  let dead = false

  async function pass<T>(operate: () => Promise<T>): Promise<T> {
    operations += 1
    const last = operations === n
    if (dead || (last && death === 'before')) {
      dead = true
      throw new Error('killed')
    }
    if (!last) return operate()
    dead = true
    await operate()
    throw new Error('killed')
  }

  return {
    operations: () => operations,
    store: {
      get: (...call) => pass(() => inner.get(...call)),
      put: (...call) => pass(() => inner.put(...call)),
      delete: (...call) => pass(() => inner.delete(...call)),
      query: (...call) => pass(() => inner.query(...call)),
      batch: (...call) => pass(() => inner.batch(...call)),
    },
  }
}
