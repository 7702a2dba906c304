import type { Mirror } from '../../sync/mirror/mirror.ts'
import type { Undoable } from '../../sync/undo.ts'
import { type EntryRow, entryKey, entryRange, type ListKind, masterDataTable } from './rows.ts'
import { entryRules, type ListEntry, nameIn } from './rules/plan.ts'

/** All lists together: one run changes several, and is taken back as a whole. */
export const masterDataRows: Undoable<EntryRow> = {
  table: masterDataTable,
  undoTexts: {
    done: { restore: 'entry-restored', remove: 'entry-removed', keep: 'entry-changed-since' },
    tried: {
      restore: 'entry-would-be-restored',
      remove: 'entry-would-be-removed',
      keep: 'entry-changed-since',
    },
    about: (id) => ({ id }),
  },
}

const done = { create: 'entry-created', update: 'entry-updated', deactivate: 'entry-deactivated' } as const

/** One list of Sage. */
export function entryMirror(kind: ListKind): Mirror<ListEntry, EntryRow> {
  return {
    ...masterDataRows,
    range: entryRange(kind),
    rules: entryRules((id) => entryKey(kind, id)),
    toRow: ({ id, fields }, _, now) => ({ id, fields: { ...fields }, gone: false, updatedAt: now }),
    toGoneRow: (row, now) => ({ ...row, gone: true, updatedAt: now }),
    emptyProves: false,
    guards: [],
    texts: {
      read: 'list-read',
      planned: 'list-planned',
      empty: 'list-empty',
      done,
      tried: done,
      about: (_, row) => ({ id: row?.id ?? '', name: nameIn(row?.fields) ?? '' }),
    },
  }
}
