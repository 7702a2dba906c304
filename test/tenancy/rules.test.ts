import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKeyRing } from '../../functions/platform/secrets/key-ring.ts'
import { createVault } from '../../functions/platform/secrets/vault.ts'
import { adminRoles, rights, rightsOf } from '../../functions/tenancy/rules/roles.ts'
import { formatToken, parseToken } from '../../functions/tenancy/rules/token.ts'
import { hashSecret, matchesHash } from '../../functions/tenancy/secret-hash.ts'
import { knownVariable } from '../../functions/tenancy/variables/rules/known.ts'
import { systemRandom } from '../../shared/random.ts'

describe('tokens', () => {
  const part = fc.stringMatching(/^[0-9a-z]{8,20}$/)
  const token = fc.record({ tenantId: part, id: part, secret: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/) })

  it('are read back as they were written', () => {
    fc.assert(
      fc.property(token, (value) => {
        expect(parseToken('api', formatToken('api', value))).toEqual(value)
        expect(parseToken('mat', formatToken('api', value))).toBeUndefined()
      }),
    )
  })

  it('anything else is no token', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseToken('api', text)).toBeUndefined()
      }),
    )
  })

  it('are stored as a hash that only the secret fits', () => {
    const hash = hashSecret('secret')
    expect(hash).not.toContain('secret')
    expect(matchesHash('secret', hash)).toBe(true)
    expect(matchesHash('secret2', hash)).toBe(false)
    expect(matchesHash('secret', 'short')).toBe(false)
  })
})

describe('roles (A9)', () => {
  it('give an admin everything and a personal user nothing', () => {
    expect([...rightsOf(adminRoles)].sort()).toEqual([...rights].sort())
    expect(rightsOf(['personal']).size).toBe(0)
    const held = rightsOf(['team', 'admin-app'])
    expect(held).toContain('people:read')
    expect([...held].filter((right) => !right.endsWith(':read'))).toEqual([])
  })
})

describe('values of variables (A5)', () => {
  it.each([
    ['http://localhost/hrportalapi', true],
    ['https://sage.firma.local:8443/hrportalapi/', true],
    ['HTTP://SAGE/hrportalapi', true],
    ['sage/hrportalapi', false],
    ['ftp://sage/hrportalapi', false],
    ['http://user:pw@sage/hrportalapi', false],
    ['http://sage/hrportalapi?x=1', false],
    ['http://sage/hrportalapi#x', false],
    ['http://', false],
    ['javascript:alert(1)', false],
  ])('Mandant.Sage.BaseUrl %s: %s', (value, fine) => {
    expect(knownVariable('Mandant.Sage.BaseUrl')?.problem(value) === undefined).toBe(fine)
  })
})

describe('vault', () => {
  const key = systemRandom.bytes(32)
  const vaultOf = (...keys: Uint8Array[]) => createVault(createKeyRing(keys, systemRandom), systemRandom)

  it('opens what it sealed, in its place only', async () => {
    const vault = vaultOf(key)
    const [mine, other] = [await vault.createDataKey(), await vault.createDataKey()]
    const sealed = await vault.seal(mine, 'tenant/name', 'Geheim ß')
    expect(sealed).not.toContain('Geheim')
    expect(await vault.open(mine, 'tenant/name', sealed)).toBe('Geheim ß')
    expect(await vaultOf(key).open(mine, 'tenant/name', sealed)).toBe('Geheim ß')
    await expect(vault.open(other, 'tenant/name', sealed)).rejects.toThrow()
    await expect(vault.open(mine, 'other/name', sealed)).rejects.toThrow()
    await expect(vaultOf(systemRandom.bytes(32)).open(mine, 'tenant/name', sealed)).rejects.toThrow(
      /master key/,
    )
    const middle = Math.floor(sealed.length / 2)
    const altered = sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1)
    await expect(vault.open(mine, 'tenant/name', altered)).rejects.toThrow()
  })

  it('never seals the same way twice', async () => {
    const vault = vaultOf(key)
    const wrapped = await vault.createDataKey()
    expect(await vault.seal(wrapped, 'a', 'x')).not.toBe(await vault.seal(wrapped, 'a', 'x'))
  })

  it('changes the wrapping of a data key and nothing that it has sealed', async () => {
    const next = systemRandom.bytes(32)
    const wrapped = await vaultOf(key).createDataKey()
    const sealed = await vaultOf(key).seal(wrapped, 'a', 'x')
    const rewrapped = await vaultOf(next, key).rewrap(wrapped)
    expect(await vaultOf(next).open(rewrapped, 'a', sealed)).toBe('x')
    await expect(vaultOf(next).open(wrapped, 'a', sealed)).rejects.toMatchObject({
      code: 'master-key-missing',
    })
  })
})
