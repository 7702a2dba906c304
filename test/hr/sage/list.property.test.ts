import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readWholeList } from '../../../functions/hr/sage/list.ts'
import { SageProfile } from '../../../functions/hr/sage/profile.ts'
import { isStegError } from '../../../shared/errors/error.ts'

const profile = SageProfile.parse({ list: { pageSize: 3 } })

type Edit = { readonly kind: 'insert' | 'remove'; readonly at: number }
const edits: fc.Arbitrary<readonly (readonly Edit[])[]> = fc.array(
  fc.array(fc.record({ kind: fc.constantFrom('insert' as const, 'remove' as const), at: fc.nat(20) }), {
    maxLength: 3,
  }),
  { maxLength: 12 },
)

it('a list that is accepted holds every row that was there all the time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 15 }), edits, async (size, editsBeforePage) => {
      const rows = Array.from({ length: size }, (_, index) => `r${index}`)
      const steady = new Set(rows)
      let page = 0
      let added = 0
      const session = {
        async get(_: string, query?: Readonly<Record<string, string>>) {
          for (const { kind, at } of editsBeforePage[page++] ?? []) {
            if (kind === 'insert') rows.splice(Math.min(at, rows.length), 0, `n${added++}`)
            else for (const gone of rows.splice(at, 1)) steady.delete(gone)
          }
          const skip = Number(query?.['options[Skip]'])
          return { Results: rows.slice(skip, skip + Number(query?.['options[Take]'])), Total: rows.length }
        },
      }
      try {
        const read = new Set(await readWholeList(session, profile, 'L', (row: string) => row, String))
        for (const row of steady) expect(read).toContain(row)
      } catch (error) {
        if (!isStegError(error, 'sage-list-unstable')) throw error
      }
    }),
    { numRuns: 2000 },
  )
})
