import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { INTEREST_MS } from '../../../functions/platform/push/interests.ts'
import { countStore } from '../../../functions/platform/store/counting.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { quick, twoInstances } from './instances.ts'
import { arrived, listen, told } from './suite.ts'

const TENANT = 'tenant001'
/** Another one of the same shard would be found by the same read. */
const rowsOf = async (store: ReturnType<typeof openSqliteStore>) => {
  const shards = Array.from({ length: 16 }, (_, at) => store.query('PushInterests', `push-${at}`))
  return (await Promise.all(shards)).flatMap(({ rows }) => rows.map(({ key }) => key))
}

let store: ReturnType<typeof openSqliteStore>
let counted: ReturnType<typeof countStore>
let site: Awaited<ReturnType<typeof twoInstances>>

async function start(times: Parameters<typeof twoInstances>[0] = quick) {
  site = await twoInstances(times, counted.store)
  return site
}
beforeEach(() => {
  store = openSqliteStore({ file: ':memory:' })
  counted = countStore(store)
})
afterEach(async () => {
  await site.close()
  store.close()
})

describe('what it costs', () => {
  it('one message for each interested instance and burst, whatever is told of however many tenants', async () => {
    const { here, there, first } = await start()
    const ears = ['tenant001', 'tenant002', 'tenant003'].map((tenant) => listen(there, tenant))
    const own = listen(here, TENANT)
    await Promise.all([...ears, own].map(({ subscription }) => subscription.ready))
    for (let burst = 1; burst <= 3; burst++) {
      for (const tenant of ['tenant001', 'tenant002', 'tenant003', 'tenant004']) {
        for (let n = 0; n < 20; n++) here.publish(tenant, [{ channel: `topic${n % 3}` }])
      }
      for (const ear of ears) await expect.poll(() => told(ear).length).toBe(3 * burst)
      expect(first.counts().sent).toBe(burst)
    }
    expect(told(own)).toHaveLength(9)
  })

  it('no message when nobody listens, and one read for a while', async () => {
    const { here, first } = await start({ ...quick, memory: 60_000 })
    const own = listen(here, TENANT)
    const before = counted.counts().queries
    for (let n = 0; n < 5; n++) await arrived(here, TENANT, own)
    expect(first.counts().sent).toBe(0)
    expect(counted.counts().queries - before).toBe(1)
  })

  it('nothing that stays when the last listener has gone', async () => {
    const { there } = await start()
    const ears = [listen(there, TENANT), listen(there, TENANT)]
    await ears[0]?.subscription.ready
    expect(await rowsOf(store)).toEqual([`${TENANT}!hub-second`])
    for (const { subscription } of ears) subscription.close()
    await expect.poll(() => rowsOf(store)).toEqual([])
  })

  it('nothing when a browser connects again', async () => {
    const { there } = await start({ ...quick, linger: 60_000 })
    const ear = listen(there, TENANT)
    await ear.subscription.ready
    ear.subscription.close()
    const before = counted.counts().transactions
    await listen(there, TENANT).subscription.ready
    expect(counted.counts().transactions).toBe(before)
  })
})

describe('what could be missed', () => {
  it('is looked for by a first listener: whoever has just read that nobody listens tells nothing', async () => {
    const { here, there, first } = await start({ ...quick, memory: 150 })
    const own = listen(here, TENANT)
    await arrived(here, TENANT, own)
    const ear = listen(there, TENANT)
    await expect.poll(() => rowsOf(store)).toContain(`${TENANT}!hub-second`)
    here.publish(TENANT, [{ channel: 'jobs' }])
    await arrived(here, TENANT, own)
    const untold = first.counts().sent === 0
    await ear.subscription.ready
    expect([untold, ear.gaps()]).toEqual([true, 1])
    here.publish(TENANT, [{ channel: 'agents' }])
    await arrived(here, TENANT, ear)
    expect(told(ear)).toEqual([{ channel: 'agents' }])
  })

  it('is looked for after the session was lost, and then everything comes again', async () => {
    const { here, there, way } = await start()
    const ear = listen(there, TENANT)
    await ear.subscription.ready
    const gaps = ear.gaps()
    way.cut()
    await expect.poll(ear.gaps, { timeout: 20_000 }).toBeGreaterThan(gaps)
    here.publish(TENANT, [{ channel: 'jobs' }])
    await arrived(here, TENANT, ear)
    expect(told(ear)).toEqual([{ channel: 'jobs' }])
  })

  it('is told later when the broker did not take it', async () => {
    const { here, there, first } = await start()
    const ear = listen(there, TENANT)
    await ear.subscription.ready
    const gaps = ear.gaps()
    let refused = 0
    first.refuse(() => {
      refused += 1
    })
    here.publish(TENANT, [{ channel: 'lost', data: 'x' }])
    await expect.poll(() => refused).toBe(1)
    first.refuse(undefined)
    await arrived(here, TENANT, ear)
    expect(ear.gaps()).toBe(gaps + 1)
    expect(told(ear)).toEqual([])
  })
})

describe('an instance that died', () => {
  it('is told for as long as its row counts, then no more, and then its row goes', async () => {
    const { here, first } = await start({ ...quick, memory: 0 })
    const own = listen(here, TENANT)
    await own.subscription.ready
    const [mine = ''] = await rowsOf(store)
    const shards = Array.from({ length: 16 }, (_, at) => `push-${at}`)
    const partition = (
      await Promise.all(shards.map(async (one) => ((await store.get('PushInterests', one, mine)) ? one : '')))
    ).join('')
    const dead = `${TENANT}!hub-dead`
    await store.put(
      'PushInterests',
      { partition, key: dead, values: { until: Date.now() + INTEREST_MS } },
      { kind: 'any' },
    )
    await arrived(here, TENANT, own)
    await expect.poll(() => first.counts().sent).toBe(1)
    first.ahead.ms = INTEREST_MS + 1_000
    await arrived(here, TENANT, own)
    await arrived(here, TENANT, own)
    expect(first.counts().sent).toBe(1)
    expect(await rowsOf(store)).toContain(dead)
    first.ahead.ms = 2 * INTEREST_MS + 1_000
    await arrived(here, TENANT, own)
    await expect.poll(() => rowsOf(store)).not.toContain(dead)
  })
})

describe('a broker that is away', () => {
  it('keeps nobody from hearing what happens on the same instance', async () => {
    const { here, broker } = await start()
    await broker.close()
    const own = listen(here, TENANT)
    here.publish(TENANT, [{ channel: 'jobs' }])
    await arrived(here, TENANT, own)
    expect(told(own)).toEqual([{ channel: 'jobs' }])
  })
})

it('what is not a push message is left aside', async () => {
  const { here, there, first } = await start()
  const ear = listen(there, TENANT)
  await ear.subscription.ready
  for (const body of ['', '{', '{"v":2,"tenants":{}}', '{"v":1,"tenants":{"tenant001":{"m":[{"c":1}]}}}']) {
    await first.bus.send('push', {
      body: Buffer.from(body),
      subject: 'push',
      messageId: `odd-${body.length}`,
      correlationId: 'push',
      sessionId: 'hub-second',
    })
  }
  await arrived(here, TENANT, ear)
  expect(told(ear)).toEqual([])
})
