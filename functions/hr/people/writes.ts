import { createHash } from 'node:crypto'
import type { Store, Write } from '../../platform/store/port.ts'
import {
  mediumKey,
  memberKey,
  type PersonRow,
  peoplePointersTable,
  peopleTable,
  peopleVersionTable,
  VERSION_KEY,
} from './rows.ts'
import { difference } from './rules/hub-fields.ts'

/**
 * Marks people as changed; goes into every batch that changes them. The conditions of the other writes hold etags, so
 * that the same change at another time is another version.
 */
export function versionWrite(store: Store, now: number, writes: readonly Write[]): Write {
  const version = createHash('sha256')
    .update(JSON.stringify([now, writes]))
    .digest('base64url')
    .slice(0, 22)
  return peopleVersionTable.bind(store).toPut(VERSION_KEY, { version }, { kind: 'any' })
}

/** The writes of a change of what the tenant leads: the person, and what points to the person. */
export function hubWrites(
  store: Store,
  id: string,
  before: { readonly etag: string; readonly value: PersonRow },
  next: PersonRow,
): readonly Write[] {
  const pointers = peoplePointersTable.bind(store)
  const groups = difference(before.value.groups, next.groups)
  const media = difference(before.value.identMedia, next.identMedia)
  return [
    peopleTable.bind(store).toPut(id, next, { kind: 'match', etag: before.etag }),
    ...groups.added.map((group) => pointers.toPut(memberKey(group, id), { person: id }, { kind: 'any' })),
    ...groups.removed.map((group) => removal(memberKey(group, id))),
    ...media.added.map((medium) => pointers.toPut(mediumKey(medium), { person: id }, { kind: 'absent' })),
    ...media.removed.map((medium) => removal(mediumKey(medium))),
  ]
}

const removal = (key: string): Write => ({ kind: 'delete', key, condition: { kind: 'any' } })
