import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyRing } from '../../functions/platform/secrets/key-ring.ts'
import { createVault } from '../../functions/platform/secrets/vault.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { createTenantSeal } from '../../functions/tenancy/seal.ts'
import { createTenancyService } from '../../functions/tenancy/service.ts'
import { createVariablesService, type VariablesService } from '../../functions/tenancy/variables/service.ts'
import { systemRandom } from '../../shared/random.ts'
import { fakeClock } from '../agent/fake-clock.ts'
import { plainTokens } from './plain-tokens.ts'

let store: ReturnType<typeof openSqliteStore>
let variables: VariablesService
let tenant: string

beforeEach(async () => {
  store = openSqliteStore({ file: ':memory:' })
  const vault = createVault(createKeyRing([systemRandom.bytes(32)], systemRandom), systemRandom)
  const parts = { store, vault, clock: fakeClock(), random: systemRandom }
  const tenancy = createTenancyService({
    ...parts,
    tokens: plainTokens(parts),
    operatorTokenHash: 'x'.repeat(43),
  })
  variables = createVariablesService({
    ...parts,
    tenancy,
    seal: createTenantSeal({ vault, wrappedKeyOf: tenancy.wrappedKeyOf }),
  })
  tenant = (await tenancy.create('Muster')).id
})
afterEach(() => store.close())

const URL_NAME = 'Mandant.Sage.BaseUrl'
const PASSWORD = 'Mandant.Sage.Password'
const DATABASE = 'Mandant.Sage.WebApiDatabaseConnection'

describe('a variable (A5)', () => {
  it.each([
    [URL_NAME, 'http://sage/x'],
    [PASSWORD, 'geheim'],
  ])('%s is set and cleared', async (name, value) => {
    const set = await variables.set(tenant, name, value, undefined)
    expect(set.view.isSet).toBe(true)
    expect((await variables.read(tenant, [name]))[name]).toBe(value)
    const cleared = await variables.set(tenant, name, null, set.etag)
    expect(cleared.view).toMatchObject({ isSet: false, value: null, updatedAt: null })
    expect((await variables.get(tenant, name)).view).toEqual(cleared.view)
    expect((await variables.read(tenant, [name]))[name]).toBeUndefined()
    await variables.set(tenant, name, value, cleared.etag)
    expect((await variables.read(tenant, [name]))[name]).toBe(value)
  })

  it('that is not set may be cleared', async () => {
    expect((await variables.set(tenant, URL_NAME, null, undefined)).view.isSet).toBe(false)
  })

  it('is cleared only in the version that was read', async () => {
    const { etag } = await variables.set(tenant, URL_NAME, 'http://a', undefined)
    await variables.set(tenant, URL_NAME, 'http://b', undefined)
    await expect(variables.set(tenant, URL_NAME, null, etag)).rejects.toMatchObject({
      code: 'store-conflict',
    })
  })

  it('that is locked stays locked until the operator unlocks it, and unlocked when it is cleared', async () => {
    await expect(variables.set(tenant, DATABASE, null, undefined)).rejects.toMatchObject({
      code: 'variable-locked',
    })
    await variables.unlock(tenant, DATABASE)
    await variables.set(tenant, DATABASE, 'key-1', undefined)
    const { view } = await variables.set(tenant, DATABASE, null, undefined)
    expect(view).toMatchObject({ isSet: false, editable: true })
    expect((await variables.set(tenant, DATABASE, 'key-2', undefined)).view.value).toBe('key-2')
  })
})

describe('the address of Sage', () => {
  it('loses the blanks around it', async () => {
    await variables.set(tenant, URL_NAME, '  http://sage/hr ', undefined)
    expect((await variables.read(tenant, [URL_NAME]))[URL_NAME]).toBe('http://sage/hr')
  })

  it.each([
    'http://ho\nst/x',
    'http://host/x\n',
    'http://host/x\r',
    'http://ho\tst/x',
    'http://host/a b',
    'http:\\\\host\\x',
    'http:// ',
    'http:///host',
    'http://127.1/x',
    'http://0x7f000001/x',
    'http://ho%73t/x',
    'http://ｈost/x',
    'http://host:/x',
    'http://[::0001]/x',
    '\ud800',
  ])('%j is refused', async (value) => {
    await expect(variables.set(tenant, URL_NAME, value, undefined)).rejects.toMatchObject({
      code: 'variable-invalid',
    })
  })

  it('says in the language of the caller what is wrong', async () => {
    const refused = (language: 'de' | 'en') =>
      variables
        .set(tenant, URL_NAME, 'sage.firma.local', undefined, language)
        .catch(({ params }) => params.problem)
    expect(await refused('de')).toBe('er muss mit http:// oder https:// beginnen')
    expect(await refused('en')).toBe('it must begin with http:// or https://')
  })

  it.each(['http://[::1]:8080/x', 'http://SAGE:80', 'https://10.0.0.7/hrportalapi/'])(
    '%s stays as it is',
    async (value) => {
      expect((await variables.set(tenant, URL_NAME, value, undefined)).view.value).toBe(value)
    },
  )
})

it.each(['Mandant.Sage.Username', PASSWORD])('%s of half a character is refused', async (name) => {
  await expect(variables.set(tenant, name, 'a\ud800', undefined)).rejects.toMatchObject({
    code: 'variable-invalid',
  })
})
