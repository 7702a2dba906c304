import { afterEach, beforeEach, expect, it } from 'vitest'
import { agentsTable } from '../../functions/connectors/rows.ts'
import { liveSite } from './site.ts'

const BEAT = 30_000

let site: Awaited<ReturnType<typeof liveSite>>
beforeEach(async () => {
  site = await liveSite()
})
afterEach(() => site.close())

/** An agent that reports, as the hub writes it down: read, then written under the condition that nobody else has. */
async function report(id: string) {
  const table = agentsTable.bind(site.changes.store)
  const row = await table.get(site.tenant, id)
  const lastSeen = site.clock.now()
  const first = { name: id, host: 'h', version: '1', category: 'sage' as const, publicKey: 'x', createdAt: 1 }
  await table.put(
    site.tenant,
    id,
    { ...(row?.value ?? first), lastSeen },
    row === undefined ? { kind: 'absent' } : { kind: 'match', etag: row.etag },
  )
}

it('an agent that reports is told once, and one that falls silent within 90 s; all that for one look a minute more', async () => {
  await report('agent-a')
  await report('agent-b')
  const heard = site.listen(5, ['agents', 'setup'])
  await site.clock.advance(5_000)
  const before = heard.length
  site.counted.reset()
  const told = site.published()
  for (let beat = 0; beat < 20; beat++) {
    await site.clock.advance(BEAT)
    await report('agent-a')
    await report('agent-b')
  }
  expect(heard.length).toBe(before)
  expect(site.published()).toBe(told)
  // 40 reports of a read and a write; in ten minutes ten looks at seven pages, and one at the agents between two of them.
  expect(site.counted.counts().transactions - 80).toBeLessThanOrEqual(11 * 7 + 20 + 5)

  for (let beat = 0; beat < 3; beat++) {
    expect(heard.length).toBe(before)
    await site.clock.advance(BEAT)
    await report('agent-a')
  }
  // The last sign of agent-b is 90 s old.
  expect(heard.slice(before).toSorted()).toEqual([...Array(5).fill('agents'), ...Array(5).fill('setup')])
  expect(site.last('agents')).toMatchObject({
    items: [
      { name: 'agent-a', status: 'connected' },
      { name: 'agent-b', status: 'disconnected' },
    ],
  })

  await report('agent-b')
  await site.clock.advance(1_500)
  expect(site.last('agents')).toMatchObject({ items: [{ status: 'connected' }, { status: 'connected' }] })
})
