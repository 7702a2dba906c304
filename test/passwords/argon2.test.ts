import { describe, expect, it } from 'vitest'
import { createArgon2Passwords } from '../../functions/platform/passwords/argon2.ts'

const cheap = { memoryKib: 64, passes: 2 }

describe('hashes of passwords', () => {
  it('are Argon2id with 19 MiB and two passes, another one each time, and match their password alone', async () => {
    const passwords = createArgon2Passwords()
    const [one, two] = [await passwords.hash('Kran zwölf'), await passwords.hash('Kran zwölf')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/)
    expect(one).not.toBe(two)
    expect(await passwords.verify(one, 'Kran zwölf')).toBe(true)
    expect(await passwords.verify(one, 'Kran zwoelf')).toBe(false)
    expect(await passwords.verify(undefined, 'nobody has this password')).toBe(false)
  })

  it('are outdated when they were made more cheaply', async () => {
    const old = await createArgon2Passwords(cheap).hash('x')
    expect(createArgon2Passwords(cheap).isOutdated(old)).toBe(false)
    expect(createArgon2Passwords({ memoryKib: 128, passes: 2 }).isOutdated(old)).toBe(true)
    expect(await createArgon2Passwords({ memoryKib: 128, passes: 2 }).verify(old, 'x')).toBe(true)
  })

  it('are made by few at a time; who finds the queue full is sent away, and the others are served', async () => {
    const passwords = createArgon2Passwords(cheap)
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('x')))
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused).toHaveLength(8)
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'too-busy' })
    // All places are free again.
    const again = await Promise.allSettled(Array.from({ length: 52 }, () => passwords.hash('x')))
    expect(again.every(({ status }) => status === 'fulfilled')).toBe(true)
  })
})
