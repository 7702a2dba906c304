import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { everyone } from '../../functions/http/principal.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { type UserRow, usersTable } from '../../functions/tenancy/accounts/rows.ts'
import { createApiTokens, type NewApiToken, type TokenHolder } from '../../functions/tenancy/api-tokens.ts'
import { apiTokensTable } from '../../functions/tenancy/rows.ts'
import { adminRoles, type Role, rightsOf, roles } from '../../functions/tenancy/rules/roles.ts'
import { type AccountScope, covers } from '../../functions/tenancy/rules/scope.ts'
import { StegError } from '../../shared/errors/error.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { instantClock } from '../clock.ts'
import { dyingStore } from '../jobs/failing-store.ts'

const TENANT = 'tenant00001'
const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

let base: ReturnType<typeof openSqliteStore>
let counted: ReturnType<typeof countStore>
let clock: ReturnType<typeof instantClock>
beforeEach(async () => {
  base = openSqliteStore({ file: ':memory:' })
  counted = countStore(base)
  clock = instantClock(Date.parse('2026-03-01T12:30:00Z'))
  for (const id of ['u1', 'u2']) await userRow(id, { roles: [...roles] })
})
afterEach(() => base.close())

const userRow = (id: string, over: Partial<UserRow>) =>
  usersTable.bind(base).put(
    TENANT,
    id,
    {
      email: `${id}@muster.example`,
      language: 'de',
      roles: ['admin'],
      locked: false,
      epoch: 0,
      registeredAt: 1,
      createdAt: 1,
      updatedAt: 1,
      ...over,
    },
    { kind: 'any' },
  )

const tokens = () =>
  createApiTokens({
    store: counted.store,
    clock,
    random: systemRandom,
    log: silentLogger,
    async checkGroups(_, groups) {
      if (groups.includes('gone')) throw new StegError('group-unknown', { group: 'gone' })
    },
  })

const holder = (held: readonly Role[] = adminRoles, scope: AccountScope = everyone): TokenHolder => ({
  actor: { kind: 'user', id: 'u1', name: 'Anna' },
  rights: rightsOf(held),
  scope,
})
const create = (over: Partial<NewApiToken> = {}, by = holder()) =>
  tokens().create(
    TENANT,
    { name: 'Terminal', roles: ['admin-terminal'], scope: everyone, expiresAt: undefined, ...over },
    by,
  )

describe('an API token', () => {
  it('works with its roles, its name and its scope, and only a hash of it is stored', async () => {
    const scope = { kind: 'limited', people: ['3_4'], groups: ['g1'] } as const
    const { secret, view } = await create({ scope })
    expect(await tokens().authenticate(secret)).toEqual({
      kind: 'tenant',
      tenantId: TENANT,
      rights: rightsOf(['admin-terminal']),
      actor: { kind: 'token', id: view.id, name: 'Terminal' },
      scope,
    })
    const { rows } = await base.query('ApiTokens', TENANT)
    expect(JSON.stringify(rows)).not.toContain(secret.split('_').at(-1))
    expect(await tokens().list(TENANT, holder())).toMatchObject([
      { name: 'Terminal', createdBy: 'Anna', state: 'active', scope },
    ])
  })

  it('ends after a year, at its own time, or never when that is asked for', async () => {
    const year = await create()
    const soon = await create({ expiresAt: clock.now() + HOUR })
    const never = await create({ expiresAt: null })
    const works = async () =>
      Promise.all(
        [year, soon, never].map(async ({ secret }) => (await tokens().authenticate(secret)) !== undefined),
      )
    expect(await works()).toEqual([true, true, true])
    clock.advance(HOUR)
    expect(await works()).toEqual([true, false, true])
    clock.advance(YEAR)
    expect(await works()).toEqual([false, false, true])
    const states = (await tokens().list(TENANT, holder())).map(({ state }) => state)
    expect(states.sort()).toEqual(['active', 'expired', 'expired'])
    await expect(create({ expiresAt: clock.now() })).rejects.toMatchObject({ code: 'token-expiry' })
  })

  it('does not work any more from the moment it is revoked', async () => {
    const { secret, view } = await create()
    await tokens().revoke(TENANT, view.id, holder())
    await tokens().revoke(TENANT, view.id, holder())
    expect(await tokens().authenticate(secret)).toBeUndefined()
    await expect(tokens().revoke(TENANT, 'nothing', holder())).rejects.toMatchObject({ code: 'not-found' })
    await expect(tokens().revoke('tenant00002', view.id, holder())).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('notes its use to the hour, with one write an hour', async () => {
    const { secret } = await create()
    const cost = async () => {
      counted.reset()
      await tokens().authenticate(secret)
      return counted.counts().transactions
    }
    // The token, who answers for it, and once an hour the note.
    expect([await cost(), await cost(), await cost()]).toEqual([3, 2, 2])
    const lastUsed = async () => (await tokens().list(TENANT, holder()))[0]?.lastUsedAt
    expect(await lastUsed()).toBe(Date.parse('2026-03-01T12:00:00Z'))
    clock.advance(HOUR)
    expect([await cost(), await cost()]).toEqual([3, 2])
    expect(await lastUsed()).toBe(Date.parse('2026-03-01T13:00:00Z'))
  })

  it('of the tenant itself, or from before anybody answered for it, costs one read', async () => {
    const secret = await tokens().createFirst(TENANT, ['admin'])
    await tokens().authenticate(secret)
    counted.reset()
    expect(await tokens().authenticate(secret)).toBeDefined()
    expect(counted.counts().transactions).toBe(1)
    const { secret: old, view } = await create()
    const row = await apiTokensTable.bind(base).get(TENANT, view.id)
    if (row === undefined) throw new Error('no token')
    const { maker: _, ...before } = row.value
    await apiTokensTable.bind(base).put(TENANT, view.id, before, { kind: 'any' })
    await usersTable.bind(base).delete(TENANT, 'u1', { kind: 'any' })
    expect(await tokens().authenticate(old)).toBeDefined()
    expect(await tokens().list(TENANT, holder())).toContainEqual(
      expect.objectContaining({ id: view.id, state: 'active', responsible: undefined, createdBy: 'Anna' }),
    )
  })

  it('makes no other one from the moment it is revoked, not even in between', async () => {
    const { view } = await create()
    const by = { ...holder(), actor: { kind: 'token', id: view.id, name: 'thief' } } as const
    const late = createApiTokens({
      store: {
        ...base,
        async batch(...writes) {
          await tokens().revoke(TENANT, view.id, holder())
          return base.batch(...writes)
        },
      },
      clock,
      random: systemRandom,
      log: silentLogger,
      checkGroups: async () => undefined,
    })
    const wanted = { name: 'x', roles: ['team'], scope: everyone, expiresAt: null } as const
    await expect(late.create(TENANT, wanted, by)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await tokens().list(TENANT, holder())).toHaveLength(1)
  })

  it('with many made by it is revoked with all of them, wherever the hub dies, when it is repeated', async () => {
    for (let operation = 1; operation < 8; operation++) {
      for (const death of ['before', 'after'] as const) {
        const { view } = await create({ name: `top ${operation} ${death}` })
        const by = { ...holder(), actor: { kind: 'token', id: view.id, name: 'top' } } as const
        const below = await create({ name: 'below' }, by)
        const dying = dyingStore(base, operation, death)
        const dead = createApiTokens({
          store: dying.store,
          clock,
          random: systemRandom,
          log: silentLogger,
          checkGroups: async () => undefined,
        })
        await dead.revoke(TENANT, view.id, holder()).catch(() => undefined)
        const states = async () =>
          (await tokens().list(TENANT, holder()))
            .filter(({ id }) => id === view.id || id === below.view.id)
            .map(({ state }) => state)
            .sort()
        // Both or neither.
        expect([
          ['active', 'active'],
          ['revoked', 'suspended'],
        ]).toContainEqual(await states())
        await tokens().revoke(TENANT, view.id, holder())
        expect(await states()).toEqual(['revoked', 'suspended'])
      }
    }
  })

  it('that is revoked while its use is noted stays revoked, whoever comes first', async () => {
    const { secret, view } = await create()
    await Promise.all([tokens().authenticate(secret), tokens().revoke(TENANT, view.id, holder())])
    expect(await tokens().authenticate(secret)).toBeUndefined()
  })

  it('cannot carry more than the one who creates it, whatever the roles', async () => {
    const some = fc.subarray([...roles], { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(some, some, async (held, wanted) => {
        const own = rightsOf(held)
        const allowed = [...rightsOf(wanted)].every((right) => own.has(right))
        const outcome = await create({ roles: wanted }, holder(held)).then(
          () => true,
          (error: StegError) => error.code !== 'token-exceeds-rights',
        )
        expect(outcome).toBe(allowed)
      }),
      { numRuns: 40 },
    )
  })

  it('is for groups that exist', async () => {
    const scope = { kind: 'limited', people: [], groups: ['gone'] } as const
    await expect(create({ scope })).rejects.toMatchObject({ code: 'group-unknown' })
  })

  it('makes room when it ended long ago', async () => {
    const { view } = await create()
    await tokens().revoke(TENANT, view.id, holder())
    clock.advance(91 * 24 * HOUR)
    await create({ name: 'another' })
    expect((await tokens().list(TENANT, holder())).map(({ name }) => name)).toEqual(['another'])
  })
})

describe('a scope covers another', () => {
  const limited = (people: string[], groups: string[]): AccountScope => ({ kind: 'limited', people, groups })
  it.each([
    [everyone, everyone, true],
    [everyone, limited(['1_1'], []), true],
    [limited(['1_1'], ['a']), everyone, false],
    [limited(['1_1'], ['a']), limited(['1_1'], []), true],
    [limited(['1_1'], ['a']), limited([], ['a']), true],
    [limited(['1_1'], ['a']), limited(['1_2'], []), false],
    [limited(['1_1'], ['a']), limited([], ['b']), false],
    [limited([], []), limited([], []), true],
  ] as const)('%o, %o: %s', (held, given, expected) => {
    expect(covers(held, given)).toBe(expected)
  })
})
