import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressesBefore,
  aliveAddresses,
  nextChangeAt,
  RESTORE_MS,
} from '../../../functions/tenancy/accounts/rules/former-addresses.ts'
import { pendingKinds, withoutPending } from '../../../functions/tenancy/accounts/rules/pending.ts'

describe('what waits for a link (A9)', () => {
  const all = { name: 'x', invitation: { expiresAt: 9 }, reset: { expiresAt: 9 }, newEmail: { expiresAt: 9 } }
  it.each([
    ['password-set', undefined, ['invitation'], ['reset', 'newEmail']],
    ['password-set', 'reset', ['invitation'], ['newEmail']],
    ['locked', undefined, [], ['invitation', 'reset', 'newEmail']],
    ['address-changed', 'newEmail', ['invitation'], ['reset']],
    ['address-restored', undefined, ['invitation'], ['reset', 'newEmail']],
  ] as const)('%s by %s leaves %j and voids %j', (end, used, left, voided) => {
    const done = withoutPending(all, end, 8, used)
    expect(pendingKinds.filter((kind) => done.account[kind] !== undefined)).toEqual(left)
    expect(done.voided).toEqual(voided)
    expect(done.account.name).toBe('x')
    // What had expired is taken away without a word.
    expect(withoutPending(all, end, 9, used)).toEqual({ account: done.account, voided: [] })
  })
})

describe('former addresses', () => {
  const changes = fc.array(fc.integer({ min: 0, max: RESTORE_MS / 4 }), { minLength: 1, maxLength: 40 })

  it('are never more than ten whose links are good, none goes before its time, and there is always a next change', () => {
    fc.assert(
      fc.property(changes, (pauses) => {
        let former: { email: string; hash: string; expiresAt: number }[] = []
        let now = 0
        for (const [index, pause] of pauses.entries()) {
          now += pause
          const next = nextChangeAt(former, now)
          expect(next).toBeLessThanOrEqual(now + RESTORE_MS)
          expect(nextChangeAt(former, Math.max(now, next))).toBeLessThanOrEqual(Math.max(now, next))
          if (next > now) continue
          const before = aliveAddresses(former, now)
          former = [...before, { email: `${index}`, hash: `${index}`, expiresAt: now + RESTORE_MS }]
          expect(former.slice(0, -1)).toEqual(before)
          expect(former.length).toBeLessThanOrEqual(10)
        }
      }),
    )
  })

  it('that are brought back leave only those that are older', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(9), (count, at) => {
        const former = Array.from({ length: count }, (_, n) => ({
          email: `${n}`,
          hash: `${n}`,
          expiresAt: n,
        }))
        const left = addressesBefore(former, `${at % count}`)
        expect(left).toEqual(former.slice(0, at % count))
      }),
    )
  })
})
