import { describe, expect, it } from 'vitest'
import type { KeyRing } from '../../../functions/platform/secrets/port.ts'
import { systemRandom } from '../../../shared/random.ts'

/** What every ring of master keys does. `open` gives a ring of these keys, the first one current. */
export function describeKeyRing(name: string, open: (keys: readonly Uint8Array[]) => Promise<KeyRing>): void {
  const [a, b, c] = [systemRandom.bytes(32), systemRandom.bytes(32), systemRandom.bytes(32)]
  const dataKey = systemRandom.bytes(32)

  describe(`key ring: ${name}`, () => {
    it('opens with any key what the current one wrapped', async () => {
      const [old, changed, without] = [await open([a]), await open([b, a]), await open([b])]
      const wrapped = await old.wrap(dataKey)
      expect(old.keyIdOf(wrapped)).toBe(old.current)
      expect(Buffer.from(await changed.unwrap(wrapped))).toEqual(Buffer.from(dataKey))
      const again = await changed.wrap(dataKey)
      expect(changed.keyIdOf(again)).toBe(changed.current)
      expect(Buffer.from(await without.unwrap(again))).toEqual(Buffer.from(dataKey))
    })

    it('knows its keys by ids that stay the same, the current one first', async () => {
      const ring = await open([a, b, c])
      expect(new Set(ring.ids).size).toBe(3)
      expect(ring.current).toBe(ring.ids[0])
      expect((await open([c, b, a])).ids).toEqual([...ring.ids].reverse())
    })

    it('wraps with the key that is named', async () => {
      const ring = await open([a, b])
      const wrapped = await ring.wrap(dataKey, ring.ids[1])
      expect(ring.keyIdOf(wrapped)).toBe(ring.ids[1])
      expect(Buffer.from(await (await open([b])).unwrap(wrapped))).toEqual(Buffer.from(dataKey))
    })

    it('says which key is missing', async () => {
      const [theirs, mine] = [await open([a]), await open([b, c])]
      const refused = {
        code: 'master-key-missing',
        params: { wanted: theirs.current, given: mine.ids.join(', ') },
      }
      await expect(mine.unwrap(await theirs.wrap(dataKey))).rejects.toMatchObject(refused)
      await expect(mine.wrap(dataKey, theirs.current)).rejects.toMatchObject(refused)
    })

    it('opens nothing that was altered or has another form', async () => {
      const ring = await open([a])
      const wrapped = await ring.wrap(dataKey)
      const middle = wrapped.length - 20
      const altered =
        wrapped.slice(0, middle) + (wrapped[middle] === 'A' ? 'B' : 'A') + wrapped.slice(middle + 1)
      await expect(ring.unwrap(altered)).rejects.toThrow()
      for (const text of ['', 'k1', 'k1.', 'k2.x.y', 'plain']) {
        await expect(ring.unwrap(text)).rejects.toThrow()
        expect(ring.keyIdOf(text)).toBeUndefined()
      }
    })

    it('derives the same key for a purpose again, another one for each purpose and master key', async () => {
      const hex = (keys: readonly Uint8Array[]) => keys.map((key) => Buffer.from(key).toString('hex'))
      const both = hex((await open([a, b])).derive('browser'))
      expect(hex((await open([b, a])).derive('browser'))).toEqual([...both].reverse())
      expect(new Set([...both, ...hex((await open([a, b])).derive('other'))]).size).toBe(4)
      expect(both.every((key) => key.length === 64)).toBe(true)
    })
  })
}
