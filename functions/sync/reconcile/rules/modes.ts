/**
 * What each kind of synchronisation does with an item: first what happened inside (in the leading system) since both
 * sides last agreed, then what happened outside. This table is the documentation of the modes; the manual's rules are
 * its tests. What is private, a series, a meeting or incomplete is looked at before (`conditions.ts`); what a reason
 * does is said in `reasons.ts`; two pairs are decided by the account's rule for conflicts (`contests`).
 *
 *   absent     not there, and was not when the sides last agreed
 *   created    there, and not known before
 *   unchanged, changed, deleted    compared with what was agreed
 */
import type { Reason } from './reasons.ts'

export type Mode = 'export' | 'one-way' | 'two-way' | 'full' | 'contacts'
export type Happened = 'absent' | 'created' | 'unchanged' | 'changed' | 'deleted'

/** A deletion on one side against a change on the other. */
export type Contest = 'deletion-inside' | 'deletion-outside'
export type Cell = Reason | Contest

type Row = Readonly<Record<Happened, Cell>>
type Table = Readonly<Record<Happened, Row>>

/** Once per item: what was exported is never looked at again, on either side. */
const exportTable: Table = {
  // biome-ignore format: a table
  absent:    { absent: 'nothing-changed', created: 'new-outside-stays', unchanged: 'nothing-changed',     changed: 'changed-outside-stays', deleted: 'deleted-on-both' },
  // biome-ignore format: a table
  created:   { absent: 'new-inside',      created: 'found-again',       unchanged: 'found-again',         changed: 'found-again',           deleted: 'deleted-outside-stays' },
  // biome-ignore format: a table
  unchanged: { absent: 'new-inside',      created: 'found-again',       unchanged: 'nothing-changed',     changed: 'changed-outside-stays', deleted: 'deleted-outside-stays' },
  // biome-ignore format: a table
  changed:   { absent: 'new-inside',      created: 'found-again',       unchanged: 'exported-once',       changed: 'exported-once',         deleted: 'deleted-outside-stays' },
  // biome-ignore format: a table
  deleted:   { absent: 'deleted-on-both', created: 'deleted-inside-only', unchanged: 'deleted-inside-only', changed: 'deleted-inside-only',  deleted: 'deleted-on-both' },
}

/** The leading system's changes and deletions go out; what is done outside stays until then. */
const oneWayTable: Table = {
  // biome-ignore format: a table
  absent:    { absent: 'nothing-changed', created: 'new-outside-stays', unchanged: 'nothing-changed',     changed: 'changed-outside-stays', deleted: 'deleted-on-both' },
  // biome-ignore format: a table
  created:   { absent: 'new-inside',      created: 'found-again',       unchanged: 'found-again',         changed: 'found-again',           deleted: 'made-again' },
  // biome-ignore format: a table
  unchanged: { absent: 'new-inside',      created: 'found-again',       unchanged: 'nothing-changed',     changed: 'changed-outside-stays', deleted: 'deleted-outside-stays' },
  // biome-ignore format: a table
  changed:   { absent: 'new-inside',      created: 'found-again',       unchanged: 'changed-inside',      changed: 'written-over',          deleted: 'made-again' },
  // biome-ignore format: a table
  deleted:   { absent: 'deleted-on-both', created: 'deleted-inside',    unchanged: 'deleted-inside',      changed: 'deleted-inside-first',  deleted: 'deleted-on-both' },
}

/** Changes come back, new outside items do not; a deletion outside is flagged. */
const twoWayTable: Table = {
  // biome-ignore format: a table
  absent:    { absent: 'nothing-changed', created: 'new-outside-stays', unchanged: 'nothing-changed',     changed: 'changed-outside-stays', deleted: 'deleted-on-both' },
  // biome-ignore format: a table
  created:   { absent: 'new-inside',      created: 'found-again',       unchanged: 'found-again',         changed: 'found-again',           deleted: 'made-again' },
  // biome-ignore format: a table
  unchanged: { absent: 'new-inside',      created: 'found-again',       unchanged: 'nothing-changed',     changed: 'changed-outside',       deleted: 'deleted-outside' },
  // biome-ignore format: a table
  changed:   { absent: 'new-inside',      created: 'found-again',       unchanged: 'changed-inside',      changed: 'changed-on-both',       deleted: 'deletion-outside' },
  // biome-ignore format: a table
  deleted:   { absent: 'deleted-on-both', created: 'deleted-inside',    unchanged: 'deleted-inside',      changed: 'deletion-inside',       deleted: 'deleted-on-both' },
}

/** As two-way, and what is new outside comes in. */
const fullTable: Table = {
  ...twoWayTable,
  // biome-ignore format: a table
  absent:    { absent: 'nothing-changed', created: 'new-outside',       unchanged: 'nothing-changed',     changed: 'existing-changed',      deleted: 'deleted-on-both' },
}

/** Contacts go out and are kept up to date there; no deletion crosses. */
const contactsTable: Table = {
  // biome-ignore format: a table
  absent:    { absent: 'nothing-changed', created: 'new-outside-stays', unchanged: 'nothing-changed',     changed: 'changed-outside-stays', deleted: 'deleted-on-both' },
  // biome-ignore format: a table
  created:   { absent: 'new-inside',      created: 'found-again',       unchanged: 'found-again',         changed: 'found-again',           deleted: 'contact-deleted-outside' },
  // biome-ignore format: a table
  unchanged: { absent: 'new-inside',      created: 'found-again',       unchanged: 'nothing-changed',     changed: 'changed-outside-stays', deleted: 'contact-deleted-outside' },
  // biome-ignore format: a table
  changed:   { absent: 'new-inside',      created: 'found-again',       unchanged: 'changed-inside',      changed: 'written-over',          deleted: 'contact-deleted-outside' },
  // biome-ignore format: a table
  deleted:   { absent: 'deleted-on-both', created: 'deleted-inside-only', unchanged: 'deleted-inside-only', changed: 'deleted-inside-only',  deleted: 'deleted-on-both' },
}

export const modes: Readonly<Record<Mode, Table>> = {
  export: exportTable,
  'one-way': oneWayTable,
  'two-way': twoWayTable,
  full: fullTable,
  contacts: contactsTable,
}

/** Who wins decides; until somebody has decided, nothing happens to either. */
export const contests: Readonly<Record<Contest, Readonly<Record<'inside' | 'outside' | 'ask', Reason>>>> = {
  'deletion-inside': {
    inside: 'deleted-inside-first',
    outside: 'changed-after-deletion',
    ask: 'undecided',
  },
  'deletion-outside': { inside: 'made-again', outside: 'deleted-outside-last', ask: 'undecided' },
}

/** Modes in which nothing ever comes in: the leading system's word counts for the whole item. */
export const overwrites: Readonly<Record<Mode, boolean>> = {
  export: true,
  'one-way': true,
  'two-way': false,
  full: false,
  contacts: true,
}
