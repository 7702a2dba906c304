import { expect } from 'vitest'
import { z } from 'zod'
import { entryMirror } from '../../../functions/hr/masterdata/mirror.ts'
import type { EntryRow, ListKind } from '../../../functions/hr/masterdata/rows.ts'
import type { ListEntry } from '../../../functions/hr/masterdata/rules/plan.ts'
import { peopleMirror } from '../../../functions/hr/people/mirror.ts'
import { type PersonRow, peopleStatsTable, STATS_KEY } from '../../../functions/hr/people/rows.ts'
import { externalToken } from '../../../functions/hr/rules/person-key.ts'
import type { SagePerson } from '../../../functions/hr/rules/sage-data.ts'
import { defineTable } from '../../../functions/platform/store/table.ts'
import type { Mirror } from '../../../functions/sync/mirror/mirror.ts'
import { describeMirror } from './suite.ts'

describeMirror<SagePerson, PersonRow>('people', {
  mirror: peopleMirror,
  item: (employeeNumber) => ({
    clientNumber: 3,
    employeeNumber,
    firstName: 'Gabi',
    lastName: `Gehalt ${employeeNumber}`,
    active: true,
    timeManagement: true,
    accessControl: false,
  }),
  sourceKeyOf: externalToken,
  rename: (person) => ({ ...person, lastName: `${person.lastName} neu` }),
  keyless: ({ firstName, lastName }) => ({ firstName, lastName }),
  edit: (row) => ({ ...row, locked: true, groups: ['g1'], updatedAt: 'edited' }),
  async check(store, tenantId, rows) {
    const stats = await peopleStatsTable.bind(store).get(tenantId, STATS_KEY)
    expect(stats?.value.total ?? 0).toBe(rows.size)
  },
})

const lists: readonly (readonly [ListKind, 'name' | 'description'])[] = [
  ['absence-reason', 'name'],
  ['additional-input', 'description'],
  ['place-of-work', 'name'],
]
for (const [kind, field] of lists) {
  describeMirror<ListEntry, EntryRow>(kind, {
    mirror: entryMirror(kind),
    item: (id) => ({ id, fields: { [field]: `Eintrag ${id}`, active: true } }),
    sourceKeyOf: ({ id }) => String(id),
    rename: ({ id, fields }) => ({ id, fields: { ...fields, [field]: `${fields[field]} neu` } }),
    keyless: ({ fields }) => ({ fields }),
    edit: undefined,
  })
}

interface Phone {
  readonly number: string
  readonly holder: string
}
const phonesTable = defineTable({
  name: 'TestPhones',
  schema: z.object({
    holder: z.string(),
    note: z.string(),
    listed: z.boolean(),
    updatedAt: z.string(),
  }),
})
const holdersTable = defineTable({ name: 'TestPhones', schema: z.object({ number: z.string() }) })
type PhoneRow = z.output<typeof phonesTable.schema>
const holderKey = (holder: string, key: string) => `holder~${holder}~${key}`

/** An invented list with a guard of its own and, for each row, a second one that points to it. */
const phoneMirror: Mirror<Phone, PhoneRow> = {
  table: phonesTable,
  range: { from: 'n~', to: 'n~~' },
  rules: {
    keyOf: (number) => `n~${number}`,
    changed: ({ holder }, row) => (holder === row.holder ? [] : ['holder']),
    isGone: ({ listed }) => !listed,
    goneField: 'listed',
    isActive: ({ listed }) => listed,
    becomesActive: () => true,
    couldBe: ({ holder }, row) => holder === undefined || holder === row.holder,
  },
  toRow: ({ holder }, before, updatedAt) => ({ holder, note: before?.note ?? '', listed: true, updatedAt }),
  toGoneRow: (row, updatedAt) => ({ ...row, listed: false, updatedAt }),
  beside: {
    perBatch: 0,
    perRow: 2,
    async writesFor({ store }, changes) {
      const holders = holdersTable.bind(store)
      return changes.flatMap(({ key, before, next }) => {
        if (before?.value.holder === next?.holder) return []
        return [
          ...(before === undefined
            ? []
            : [
                {
                  kind: 'delete' as const,
                  key: holderKey(before.value.holder, key),
                  condition: { kind: 'any' as const },
                },
              ]),
          ...(next === undefined
            ? []
            : [holders.toPut(holderKey(next.holder, key), { number: key }, { kind: 'any' })]),
        ]
      })
    },
  },
  emptyProves: true,
  guards: [
    {
      counts: ({ kind }) => kind === 'deactivate',
      proportion: { share: 0.1, always: 3 },
      texts: { wouldBeHeld: 'would-be-held', released: 'released', item: 'entry-deactivated' },
    },
  ],
  texts: {
    read: 'list-read',
    planned: 'list-planned',
    empty: 'list-empty',
    done: { create: 'entry-created', update: 'entry-updated', deactivate: 'entry-deactivated' },
    tried: { create: 'entry-created', update: 'entry-updated', deactivate: 'entry-deactivated' },
    about: (key) => ({ id: key, name: '' }),
  },
  undoTexts: {
    done: { restore: 'entry-restored', remove: 'entry-removed', keep: 'entry-changed-since' },
    tried: { restore: 'entry-restored', remove: 'entry-removed', keep: 'entry-changed-since' },
    about: (id) => ({ id }),
  },
}

describeMirror<Phone, PhoneRow>('an invented list with pointers', {
  mirror: phoneMirror,
  item: (number) => ({ number: String(100_000 + number), holder: `Halter ${number}` }),
  sourceKeyOf: ({ number }) => number,
  rename: (phone) => ({ ...phone, holder: `${phone.holder} neu` }),
  keyless: ({ holder }) => ({ holder }),
  edit: (row) => ({ ...row, note: 'Zentrale', updatedAt: 'edited' }),
  async check(store, tenantId, rows) {
    const pointers: string[] = []
    const range = { from: 'holder~', to: 'holder~~' }
    for await (const { key } of holdersTable.bind(store).all(tenantId, range)) pointers.push(key)
    expect(pointers).toEqual(Array.from(rows, ([key, { holder }]) => holderKey(holder, key)).sort())
  },
})
