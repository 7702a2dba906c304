import { z } from 'zod'
import { defineTable } from '../../platform/store/table.ts'

const Accounts = z.array(z.object({ id: z.number(), name: z.string(), minutes: z.number() }))

/**
 * Partition: tenant. Key `c~<person>`: what holds now. Key `h~<person>~<day counted down>`: what held from a day on,
 * newest first, one row for each day on which something changed. Both are written in one batch.
 */
export const balancesTable = defineTable({
  name: 'Balances',
  schema: z.object({
    personId: z.string(),
    externalToken: z.string(),
    /** Key date for which these figures were first read. */
    day: z.string(),
    accounts: Accounts,
  }),
})
export type BalanceRow = ReturnType<typeof balancesTable.schema.parse>

/** In the same partition, so that progress and figures become durable together. */
export const balancePassTable = defineTable({
  name: 'Balances',
  schema: z.object({
    /** Key date of the last reading that came to its end. */
    completed: z.string().optional(),
    running: z
      .object({
        keyDate: z.string(),
        startedAt: z.number(),
        next: z.string(),
        counts: z.object({
          read: z.number(),
          created: z.number(),
          updated: z.number(),
          unchanged: z.number(),
          failed: z.number(),
        }),
      })
      .optional(),
  }),
})
export const PASS_KEY = '!pass'

export const currentKey = (personId: string) => `c~${personId}`
export const CURRENT_RANGE = { from: 'c~', to: 'c~~' } as const

const LAST_DAY = 99_999_999

export function historyKey(personId: string, day: string): string {
  return `h~${personId}~${countDown(day)}`
}

/** From what held on `day` back to the beginning. */
export function historyRange(personId: string, day: string): { from: string; to: string } {
  return { from: historyKey(personId, day), to: `h~${personId}~~` }
}

function countDown(day: string): string {
  return String(LAST_DAY - Number(day.replaceAll('-', ''))).padStart(8, '0')
}
