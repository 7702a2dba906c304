import { type Clock, toIso } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { type Random, randomId } from '../../../shared/random.ts'
import type { Store, Write } from '../../platform/store/port.ts'
import {
  GROUPS_RANGE,
  groupKey,
  groupNameKey,
  groupsTable,
  membersRange,
  peoplePointersTable,
} from './rows.ts'

/** All groups of a tenant come in one page of the store. */
const MAX_GROUPS_PER_TENANT = 500

export interface PeopleGroup {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface PeopleGroups {
  /** In order of name. */
  list(tenantId: string): Promise<readonly PeopleGroup[]>
  names(tenantId: string): Promise<ReadonlyMap<string, string>>
  /** @throws StegError `group-exists`, `group-limit` */
  create(tenantId: string, name: string): Promise<{ group: PeopleGroup; etag: string }>
  /** @throws StegError `not-found` */
  get(tenantId: string, id: string): Promise<{ group: PeopleGroup; etag: string }>
  /** @throws StegError `not-found`, `group-exists`, `store-conflict` */
  rename(
    tenantId: string,
    id: string,
    name: string,
    ifMatch: string | undefined,
  ): Promise<{ group: PeopleGroup; etag: string }>
  /** Only an empty group goes, so that nobody loses a membership unseen. @throws StegError `not-found`, `group-not-empty` */
  remove(tenantId: string, id: string): Promise<void>
  /** @throws StegError `group-unknown` for the first that does not exist */
  check(tenantId: string, ids: readonly string[]): Promise<void>
}

export function createPeopleGroups(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
}): PeopleGroups {
  const { store } = parts
  const groups = groupsTable.bind(store)
  const pointers = peoplePointersTable.bind(store)
  const write = (tenantId: string, writes: readonly Write[]) =>
    store.batch(groupsTable.name, tenantId, writes)

  async function list(tenantId: string): Promise<readonly PeopleGroup[]> {
    const found: PeopleGroup[] = []
    for await (const { value } of groups.all(tenantId, GROUPS_RANGE)) found.push(value)
    return found.sort((a, b) => a.name.localeCompare(b.name, 'de'))
  }

  async function existing(tenantId: string, id: string) {
    const row = await groups.get(tenantId, groupKey(id))
    if (row === undefined) throw new StegError('not-found', { what: 'group' })
    return row
  }

  /** A name that is taken is the one thing that a lost race can mean for a new group. */
  async function orTaken<T>(tenantId: string, name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
      if ((await groups.get(tenantId, groupNameKey(name))) === undefined) throw error
      throw new StegError('group-exists', { name }, { cause: error })
    }
  }

  return {
    list,
    names: async (tenantId) => new Map((await list(tenantId)).map(({ id, name }) => [id, name])),

    async create(tenantId, name) {
      if ((await list(tenantId)).length >= MAX_GROUPS_PER_TENANT) {
        throw new StegError('group-limit', { limit: MAX_GROUPS_PER_TENANT })
      }
      const now = toIso(parts.clock.now())
      const group = { id: randomId(parts.random, 12), name, createdAt: now, updatedAt: now }
      const [etag = ''] = await orTaken(tenantId, name, () =>
        write(tenantId, [
          groups.toPut(groupKey(group.id), group, { kind: 'absent' }),
          groups.toPut(groupNameKey(name), group, { kind: 'absent' }),
        ]),
      )
      return { group, etag }
    },

    async get(tenantId, id) {
      const { value, etag } = await existing(tenantId, id)
      return { group: value, etag }
    },

    async rename(tenantId, id, name, ifMatch) {
      const row = await existing(tenantId, id)
      const group = { ...row.value, name, updatedAt: toIso(parts.clock.now()) }
      const before = groupNameKey(row.value.name)
      const after = groupNameKey(name)
      const moved: Write[] =
        before === after
          ? [groups.toPut(after, group, { kind: 'any' })]
          : [
              { kind: 'delete', key: before, condition: { kind: 'any' } },
              groups.toPut(after, group, { kind: 'absent' }),
            ]
      const rewrite = () =>
        write(tenantId, [
          groups.toPut(groupKey(id), group, { kind: 'match', etag: ifMatch ?? row.etag }),
          ...moved,
        ])
      const [etag = ''] = await (before === after ? rewrite() : orTaken(tenantId, name, rewrite))
      return { group, etag }
    },

    async remove(tenantId, id) {
      const row = await existing(tenantId, id)
      const members = await pointers.query(tenantId, { ...membersRange(id), limit: 1 })
      if (members.rows.length > 0) throw new StegError('group-not-empty', { name: row.value.name })
      await write(tenantId, [
        { kind: 'delete', key: groupKey(id), condition: { kind: 'match', etag: row.etag } },
        { kind: 'delete', key: groupNameKey(row.value.name), condition: { kind: 'any' } },
      ])
    },

    async check(tenantId, ids) {
      for (const id of ids) {
        if ((await groups.get(tenantId, groupKey(id))) === undefined) {
          throw new StegError('group-unknown', { group: id })
        }
      }
    },
  }
}
