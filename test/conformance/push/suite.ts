import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Push, PushMessage, PushSubscription } from '../../../functions/platform/push/port.ts'

/** What an adapter is tested through: where changes are made, and where they are heard. */
export interface PushContext {
  readonly here: Push
  /** Another hub instance, where the adapter knows of others. */
  readonly there: Push
  close(): Promise<void>
}

export interface Ear {
  readonly heard: readonly PushMessage[]
  /** How many messages came together. */
  readonly bursts: readonly number[]
  readonly gaps: () => number
  readonly subscription: PushSubscription
}

export function listen(push: Push, tenantId: string): Ear {
  const heard: PushMessage[] = []
  const bursts: number[] = []
  let gaps = 0
  const subscription = push.listen(tenantId, {
    onMessages(messages) {
      heard.push(...messages)
      bursts.push(messages.length)
    },
    onGap() {
      gaps += 1
    },
  })
  return { heard, bursts, gaps: () => gaps, subscription }
}

/** Resolves when everything that was published before has arrived: the last of it carries a mark. */
export async function arrived(from: Push, tenantId: string, ear: Ear): Promise<void> {
  const mark = `mark-${Math.random()}`
  from.publish(tenantId, [{ channel: 'mark', data: mark }])
  await expect.poll(() => ear.heard.some(({ data }) => data === mark), { interval: 2 }).toBe(true)
}

export const told = (ear: Ear) => ear.heard.filter(({ channel }) => channel !== 'mark')

/** What every adapter of push keeps to. */
export function pushConformance(open: () => Promise<PushContext>): void {
  let context: PushContext
  let tenants = 0
  let tenant: string
  beforeEach(async () => {
    context = await open()
    tenants += 1
    tenant = `tenant${String(tenants).padStart(4, '0')}`
  })
  afterEach(() => context.close())

  /** Somebody on each instance, known to all. */
  async function listenOnBoth(of = tenant) {
    const ears = [listen(context.here, of), listen(context.there, of)] as const
    await Promise.all(ears.map(({ subscription }) => subscription.ready))
    return ears
  }

  describe('delivery', () => {
    it('reaches who listens, on this instance and on others', async () => {
      const ears = await listenOnBoth()
      context.here.publish(tenant, [{ channel: 'jobs' }])
      for (const ear of ears) {
        await arrived(context.here, tenant, ear)
        expect(told(ear)).toEqual([{ channel: 'jobs' }])
      }
    })

    it('reaches everybody who listens to a tenant, once each', async () => {
      const ears = [...(await listenOnBoth()), ...(await listenOnBoth())]
      context.there.publish(tenant, [{ channel: 'jobs', data: 'x' }])
      for (const ear of ears) {
        await arrived(context.there, tenant, ear)
        expect(told(ear)).toEqual([{ channel: 'jobs', data: 'x' }])
      }
    })

    it('keeps the order of what happened, whatever happens beside it', async () => {
      const [, there] = await listenOnBoth()
      for (let n = 0; n < 500; n++) {
        context.here.publish(tenant, [{ channel: `calls${n % 3}`, data: String(n) }, { channel: 'jobs' }])
        if (n % 50 === 0) await arrived(context.here, tenant, there)
      }
      await arrived(context.here, tenant, there)
      for (const rest of [0, 1, 2]) {
        const mine = told(there).flatMap(({ channel, data }) =>
          channel === `calls${rest}` ? [Number(data)] : [],
        )
        expect(mine).toEqual(Array.from({ length: 500 }, (_, n) => n).filter((n) => n % 3 === rest))
      }
    })

    it('brings texts as they are', async () => {
      const [here, there] = await listenOnBoth()
      const texts = ['', '"\\\n\u2028\u0000', 'äöü 🙂', 'x'.repeat(100_000)]
      context.here.publish(
        tenant,
        texts.map((data) => ({ channel: 'c', data })),
      )
      for (const ear of [here, there]) {
        await arrived(context.here, tenant, ear)
        expect(told(ear).map(({ data }) => data)).toEqual(texts)
      }
    })
  })

  describe('bursts', () => {
    it('tell once that something has changed, however often it has', async () => {
      const ears = await listenOnBoth()
      for (let n = 0; n < 10_000; n++) context.here.publish(tenant, [{ channel: `topic${n % 4}` }])
      for (const ear of ears) {
        await arrived(context.here, tenant, ear)
        expect(told(ear)).toHaveLength(4)
        expect(ear.bursts[0]).toBeGreaterThanOrEqual(4)
      }
    })

    it('that are too large become a look at everything', async () => {
      const ears = await listenOnBoth()
      const gaps = ears.map((ear) => ear.gaps())
      for (let n = 0; n < 5_000; n++) context.here.publish(tenant, [{ channel: 'c', data: String(n) }])
      for (const [at, ear] of ears.entries()) {
        await arrived(context.here, tenant, ear)
        await expect.poll(ear.gaps).toBeGreaterThan(gaps[at] ?? 0)
        expect(told(ear).length).toBeLessThanOrEqual(1_000)
      }
    })
  })

  describe('isolation', () => {
    it.each([['-'], ['!'], ['~'], ['x']])(
      'tells a tenant nothing of another whose id begins alike (%s)',
      async (more) => {
        const other = `${tenant}${more}x`
        const [, mine] = await listenOnBoth()
        const [, others] = await listenOnBoth(other)
        context.here.publish(other, [{ channel: 'secret', data: 'of the other' }])
        await arrived(context.here, other, others)
        await arrived(context.here, tenant, mine)
        expect(told(others)).toHaveLength(1)
        expect(told(mine)).toEqual([])
      },
    )
  })

  describe('ending', () => {
    it('tells nothing more to who has gone, and everything to who stays', async () => {
      const [, gone] = await listenOnBoth()
      const [, stays] = await listenOnBoth()
      gone.subscription.close()
      gone.subscription.close()
      context.here.publish(tenant, [{ channel: 'jobs' }])
      await arrived(context.here, tenant, stays)
      expect(gone.heard).toEqual([])
      expect(told(stays)).toHaveLength(1)
    })

    it('takes those back who come again', async () => {
      const [first, second] = await listenOnBoth()
      for (const { subscription } of [first, second]) subscription.close()
      const [, again] = await listenOnBoth()
      context.here.publish(tenant, [{ channel: 'jobs' }])
      await arrived(context.here, tenant, again)
      expect(told(again)).toHaveLength(1)
    })

    it('takes what is published afterwards without a word', async () => {
      await context.here.close()
      context.here.publish(tenant, [{ channel: 'jobs' }])
    })

    it('needs nobody who listens', async () => {
      context.here.publish(tenant, [{ channel: 'jobs' }])
      const [, there] = await listenOnBoth()
      await arrived(context.here, tenant, there)
      expect(told(there).length).toBeLessThanOrEqual(1)
    })
  })
}
