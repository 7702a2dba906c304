import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { everyone } from '../../functions/http/principal.ts'
import { errorTexts } from '../../functions/http/text.ts'
import { limits } from '../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { usersTable } from '../../functions/tenancy/accounts/rows.ts'
import { ScopeBody } from '../../functions/tenancy/accounts/views.ts'
import { apiTokenEndpoints } from '../../functions/tenancy/api-token-endpoints.ts'
import { createApiTokens } from '../../functions/tenancy/api-tokens.ts'
import { rightsOf } from '../../functions/tenancy/rules/roles.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { scopeLimits } from '../../shared/scope-limits.ts'
import { instantClock } from '../clock.ts'

const TENANT = 'tenant00001'

/** As long as they can be. */
const people = (count: number) => Array.from({ length: count }, (_, n) => `999999_${99_999_999 - n}`)
const groups = (count: number) => Array.from({ length: count }, (_, n) => String(n).padStart(64, 'g'))
const most = { people: people(scopeLimits.people), groups: groups(scopeLimits.groups) }

const tokens = (store = openSqliteStore({ file: ':memory:' })) =>
  createApiTokens({
    store,
    clock: instantClock(),
    random: systemRandom,
    log: silentLogger,
    checkGroups: async () => undefined,
  })

/** What the two endpoints take as a scope. */
const takers = {
  'an API token': (scope: object) =>
    apiTokenEndpoints(tokens())
      .find(({ id }) => id === 'createApiToken')
      ?.body?.safeParse({ name: 'Terminal', roles: ['team'], scope }),
  'a user': (scope: object) => ScopeBody.safeParse({ kind: 'limited', ...scope }),
}

describe.each(Object.entries(takers))('the scope of %s (A9)', (_, take) => {
  it.each([
    ['as many as may be', most, true],
    ['nobody', { people: [], groups: [] }, true],
    ['a person too many', { ...most, people: people(scopeLimits.people + 1) }, false],
    ['a group too many', { ...most, groups: groups(scopeLimits.groups + 1) }, false],
    ['somebody who is none of Sage’s', { people: ['Anna'], groups: [] }, false],
    ['a number that Sage never writes', { people: ['03_4'], groups: [] }, false],
    ['a group as no id is', { people: [], groups: ['a b'] }, false],
    ['a group whose id is too long', { people: [], groups: ['g'.repeat(65)] }, false],
  ])('names %s', (__, scope, expected) => {
    expect(take(scope)?.success).toBe(expected)
  })
})

describe('a scope', () => {
  let store: ReturnType<typeof openSqliteStore>
  beforeEach(() => {
    store = openSqliteStore({ file: ':memory:' })
  })
  afterEach(() => store.close())

  it('that names as many as may be fits into a row, of a token and of a user', async () => {
    const holder = {
      actor: { kind: 'token', id: 'first', name: 'POST /tenants' },
      rights: rightsOf(['admin']),
      scope: everyone,
    } as const
    const wanted = { name: 'T', roles: ['team'], expiresAt: null } as const
    const made = await tokens(store).create(
      TENANT,
      { ...wanted, scope: { kind: 'limited', ...most } },
      holder,
    )
    expect(await tokens(store).authenticate(made.secret)).toMatchObject({ scope: most })
    const row = { email: 'a@b.example', language: 'de', roles: ['team'], locked: false, epoch: 0 } as const
    const user = { ...row, roles: [...row.roles], limitedTo: most, createdAt: 0, updatedAt: 0 }
    await usersTable.bind(store).put(TENANT, 'u1', user, { kind: 'absent' })
    expect((await usersTable.bind(store).get(TENANT, 'u1'))?.value.limitedTo).toEqual(most)
    expect(JSON.stringify(most).length).toBeLessThan(limits.stringCharacters)
  })

  it('says in both languages what is wrong with a person', () => {
    const said = (language: 'de' | 'en') =>
      ScopeBody.safeParse({ kind: 'limited', people: ['Anna'], groups: [] }, { error: errorTexts(language) })
        .error?.issues[0]?.message
    expect(said('en')).toContain('external token such as 3_4')
    expect(said('de')).toContain('externes Kennzeichen wie 3_4')
  })

  it.each(['docs/users.md', 'docs/de/users.md'])('has the limits that %s names', (file) => {
    const numbers = /(\d+) (?:people and|Personen und) (\d+) (?:groups|Gruppen)/.exec(
      readFileSync(file, 'utf8'),
    )
    expect(numbers?.slice(1).map(Number)).toEqual([scopeLimits.people, scopeLimits.groups])
  })
})
