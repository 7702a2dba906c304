import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changesOf, changesPartition, createChangeStore } from '../../functions/jobs/change-store.ts'
import type { Change } from '../../functions/jobs/port.ts'
import { RETENTION_DAYS } from '../../functions/jobs/rules/retention.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import type { Store } from '../../functions/platform/store/port.ts'
import { dyingStore } from './failing-store.ts'
import { jobsSite, TENANT } from './site.ts'

let site: ReturnType<typeof jobsSite>
beforeEach(() => {
  site = jobsSite()
})
afterEach(() => site.close())

const change = (id: string, before: string | null): Change => ({ id, before, after: `after ${id}` })
/** Characters that JSON makes longer, that have two halves, and that have one half only. */
const large = (characters: number) => 'a"\n🙂\ud800\u0000ß'.repeat(Math.ceil(characters / 9))
const journalOf = (runId: string, attempt = 1, store: Store = site.store) =>
  createChangeStore({ store, tenantId: TENANT, runId, attempt })

describe('what a run has changed', () => {
  it('comes back newest first, whatever its size', async () => {
    const changes = [
      change('small', 'x'),
      change('5 MB', large(5_000_000)),
      change('new', null),
      change('just over a row', large(31_800)),
      ...Array.from({ length: 3_000 }, (_, n) => change(`one of many ${n}`, `{"n":${n}}`)),
      change('last', ''),
    ]
    const { record } = journalOf('r1')
    await record(changes.slice(0, 3))
    await record(changes.slice(3))
    await record([])
    expect(await changesOf(site.store, TENANT, 'r1')).toEqual(changes.toReversed())
  })

  it('comes back as it was recorded, for changes of all sizes', async () => {
    let runs = 0
    const sizes = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 31_000, max: 70_000 }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(sizes, { maxLength: 6 }), { maxLength: 4 }), async (batches) => {
        runs += 1
        const { record } = journalOf(`p${runs}`)
        const all: Change[] = []
        for (const batch of batches) {
          const changes = batch.map((size, at) =>
            change(`${all.length + at}`, size % 7 === 0 ? null : large(size)),
          )
          all.push(...changes)
          await record(changes)
        }
        expect(await changesOf(site.store, TENANT, `p${runs}`)).toEqual(all.toReversed())
      }),
      { numRuns: 50 },
    )
  })

  it('counts only whole: what a worker died over was not changed yet', async () => {
    const big = change('big', large(6_000_000))
    await journalOf('r2', 1).record([change('first', 'x')])
    for (const death of ['before', 'after'] as const) {
      const dying = dyingStore(site.store, 2, death)
      await expect(journalOf('r2', 2, dying.store).record([big])).rejects.toThrow('killed')
    }
    const { rows } = await site.store.query('RunChanges', changesPartition(TENANT, 'r2'))
    expect(rows.length).toBeGreaterThan(30)
    expect((await changesOf(site.store, TENANT, 'r2')).map(({ id }) => id)).toEqual(['first'])
    await journalOf('r2', 3).record([change('third', 'y'), big])
    expect((await changesOf(site.store, TENANT, 'r2')).map(({ id }) => id)).toEqual(['big', 'third', 'first'])
  })

  it('of an earlier version is still read', async () => {
    const values = { changes__json: JSON.stringify([change('old', null), change('older', '{}')]) }
    const row = { partition: changesPartition(TENANT, 'r3'), key: '1-00000000', values }
    await site.store.put('RunChanges', row, { kind: 'any' })
    expect((await changesOf(site.store, TENANT, 'r3')).map(({ id }) => id)).toEqual(['older', 'old'])
  })

  it('costs few transactions: thousands of changes are some batches', async () => {
    const counted = countStore(site.store)
    const { record } = journalOf('r4', 1, counted.store)
    await record(Array.from({ length: 5_000 }, (_, n) => change(String(n), 'x'.repeat(400))))
    expect(counted.counts().transactions).toBeLessThanOrEqual(3)
  })

  it('does not fail the run by its size, is undone, and goes with the run', async () => {
    const before = large(5_000_000)
    site.behave(async (_, { record }) => record([change('big', before)]))
    const hub = site.hub()
    const run = await hub.start(TENANT, 'One')
    await site.workAll()
    expect(await hub.run(TENANT, 'One', run.id)).toMatchObject({ state: 'succeeded' })
    expect(await changesOf(site.store, TENANT, run.id)).toEqual([change('big', before)])

    const undoable = await hub.start(TENANT, 'Undoable')
    await journalOf(undoable.id).record([change('big', before)])
    await site.workAll()
    const undo = await hub.undo(TENANT, 'Undoable', undoable.id)
    await site.workAll()
    expect(await hub.run(TENANT, 'Undoable', undo.id)).toMatchObject({ state: 'succeeded' })
    expect(site.undone[0]?.changes).toEqual([change('big', before)])

    site.clock.set(site.clock.now() + (RETENTION_DAYS + 1) * 86_400_000)
    await hub.start(TENANT, 'One')
    await site.workAll()
    const { rows } = await site.store.query('RunChanges', changesPartition(TENANT, run.id))
    expect(rows).toEqual([])
  })
})
