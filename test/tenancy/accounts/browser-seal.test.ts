import { expect, it } from 'vitest'
import { z } from 'zod'
import { createKeyRing } from '../../../functions/platform/secrets/key-ring.ts'
import { createBrowserSeal } from '../../../functions/tenancy/accounts/browser-seal.ts'
import { systemRandom } from '../../../shared/random.ts'
import { instantClock } from '../../clock.ts'

const clock = instantClock()
const Content = z.object({ id: z.string() })
const sealWith = (...keys: Uint8Array[]) =>
  createBrowserSeal(createKeyRing(keys, systemRandom).derive('browser'), clock)

it('what a browser keeps survives a change of the master key, for as long as the old one is there', async () => {
  const [old, next] = [systemRandom.bytes(32), systemRandom.bytes(32)]
  const kept = await sealWith(old).seal('browser', { id: 'b1' }, 60_000)
  const open = (seal: ReturnType<typeof sealWith>, text = kept, purpose = 'browser') =>
    seal.open(purpose, text, Content)
  expect(await open(sealWith(next, old))).toEqual({ id: 'b1' })
  expect(await open(sealWith(old, next))).toEqual({ id: 'b1' })
  expect(await open(sealWith(next))).toBeUndefined()
  expect(await open(sealWith(next, old), kept, 'other')).toBeUndefined()
  // What is sealed now opens without the old one.
  expect(await open(sealWith(next), await sealWith(next, old).seal('browser', { id: 'b2' }, 60_000))).toEqual(
    { id: 'b2' },
  )
  clock.advance(61_000)
  expect(await open(sealWith(old))).toBeUndefined()
})
