import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../../functions/platform/store/port.ts'
import { batchTests } from './batches.ts'
import { conditionTests } from './conditions.ts'
import { createContext } from './context.ts'
import { isolationTests } from './isolation.ts'
import { limitCases } from './limit-cases.ts'
import { modelTests } from './model.ts'
import { rangeTests } from './ranges.ts'
import { valueTests } from './values.ts'

export interface OpenedStore {
  readonly store: Store
  close(): void | Promise<void>
}

/** The tables that the adapter under test must offer. */
export const suiteTables = ['Rows', 'Others']

/** What every adapter of the store must do. `modelRuns` is the number of random histories to try. */
export function storeConformance(open: () => Promise<OpenedStore>, modelRuns: number): void {
  let opened: OpenedStore | undefined
  const context = createContext(() => {
    if (opened === undefined) throw new Error('The store is not open yet')
    return opened.store
  })

  beforeAll(async () => {
    opened = await open()
  })
  afterAll(async () => {
    await opened?.close()
  })

  conditionTests(context)
  batchTests(context)
  rangeTests(context)
  valueTests(context)
  isolationTests(context)
  describe('limits', () => {
    it.each(limitCases)('$name', async ({ run, refused }) => {
      const p = context.fresh()
      if (refused === undefined) await run(context.store, p)
      else {
        const limit = expect.stringContaining(refused)
        await expect(run(context.store, p)).rejects.toMatchObject({ code: 'store-limit', params: { limit } })
        expect((await context.query(p)).rows).toEqual([])
      }
    })
  })

  modelTests(context, modelRuns)
}
