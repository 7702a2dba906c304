import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Blob, Blobs } from '../../../functions/platform/blobs/port.ts'

export interface BlobsContext {
  readonly blobs: Blobs
  close(): Promise<void>
}

export async function* pieces(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part
}

export async function bytesOf(blob: Pick<Blob, 'content'>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of blob.content) parts.push(part)
  return Buffer.concat(parts)
}

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')

/** Names that mean something else to a file system, a URL or a shell. */
const odd = [
  'a b',
  'ÄÖÜ/ß',
  '日本/語',
  '🙂',
  '..',
  '../x',
  'a/../b',
  'a/./b',
  '.',
  '.writing/x',
  'C:\\x',
  '\\\\host\\share',
  'x\u0000y',
  'x\ny',
  'con',
  'nul.blob',
  'x.blob',
  'x.blob/y',
  'x+',
  'x+/y',
  '%2e%2e%2f',
  '=2f',
  "'; rm -rf ~ #",
  '?a=b&c#d',
  '-rf',
  'UPPER',
  'upper',
  'e\u0301',
  '\u00e9',
  `${'l'.repeat(120)}/x`,
  'l'.repeat(250),
  'Ü'.repeat(125),
  `${'a/'.repeat(124)}z`,
]

/** What every adapter of blobs keeps to. */
export function blobsConformance(open: () => Promise<BlobsContext>): void {
  let context: BlobsContext
  let blobs: Blobs
  let tenants = 0
  const fresh = () => `tenant${String(++tenants).padStart(4, '0')}`
  beforeAll(async () => {
    context = await open()
    blobs = context.blobs
  })
  afterAll(() => context?.close())

  const namesOf = async (tenant: string, under = '', limit = 1_000) => {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await blobs.list(tenant, { under, limit, ...(cursor === undefined ? {} : { cursor }) })
      names.push(...page.items.map(({ name }) => name))
      cursor = page.cursor
    } while (cursor !== undefined)
    return names
  }

  describe('a content', () => {
    it.each([
      ['nothing', []],
      ['an empty piece', ['']],
      ['a word', ['abc']],
      ['many pieces', Array.from({ length: 1_000 }, (_, n) => `piece ${n};`)],
      ['more than a block, not of its length', [Buffer.alloc(5_000_000, 1), Buffer.alloc(5_000_001, 2)]],
      ['exactly two blocks', [Buffer.alloc(8 * 1024 * 1024, 3)]],
    ])('comes back as it was put: %s', async (_, parts) => {
      const tenant = fresh()
      const whole = Buffer.concat(parts.map((part) => Buffer.from(part)))
      const expected = { name: 'x', size: whole.length, sha256: sha256(whole) }
      expect(await blobs.put(tenant, 'x', pieces(...parts))).toEqual(expected)
      const blob = await blobs.get(tenant, 'x')
      expect(blob).toMatchObject(expected)
      expect((await bytesOf(blob)).equals(whole)).toBe(true)
      expect(await blobs.list(tenant, { limit: 10 })).toEqual({ items: [{ name: 'x', size: whole.length }] })
    })

    it('of 100 MB passes through in little memory', async () => {
      const tenant = fresh()
      const piece = Buffer.alloc(1_000_000, 7)
      let most = 0
      const look = () => {
        most = Math.max(most, process.memoryUsage().arrayBuffers)
      }
      async function* large() {
        for (let n = 0; n < 100; n++) {
          look()
          yield piece
        }
      }
      globalThis.gc?.()
      const before = process.memoryUsage().arrayBuffers
      const { size } = await blobs.put(tenant, 'large', large())
      let read = 0
      for await (const part of (await blobs.get(tenant, 'large')).content) {
        read += part.length
        look()
      }
      expect([size, read]).toEqual([100_000_000, 100_000_000])
      expect(most - before).toBeLessThan(60_000_000)
      await blobs.delete(tenant, 'large')
    })

    it.each([
      [{ from: 0 }, '0123456789'],
      [{ from: 3 }, '3456789'],
      [{ from: 3, to: 5 }, '34'],
      [{ from: 3, to: 3 }, ''],
      [{ from: 9, to: 99 }, '9'],
      [{ from: 10 }, ''],
      [{ from: 99 }, ''],
    ])('is read in part: %o', async (range, expected) => {
      const tenant = fresh()
      await blobs.put(tenant, 'x', pieces('01234', '56789'))
      const blob = await blobs.get(tenant, 'x', range)
      expect(blob.size).toBe(10)
      expect((await bytesOf(blob)).toString()).toBe(expected)
    })

    it.each([{ from: -1 }, { from: 2, to: 1 }, { from: 0.5 }, { from: Number.NaN }])(
      'is not read in a part that is none: %o',
      async (range) => {
        const tenant = fresh()
        await blobs.put(tenant, 'x', pieces('0123456789'))
        await expect(blobs.get(tenant, 'x', range)).rejects.toMatchObject({ code: 'invalid-request' })
      },
    )

    it('replaces the one before, also with less', async () => {
      const tenant = fresh()
      await blobs.put(tenant, 'x', pieces('long content'))
      await blobs.put(tenant, 'x', pieces('short'))
      expect((await bytesOf(await blobs.get(tenant, 'x'))).toString()).toBe('short')
    })

    it('need not be read', async () => {
      const tenant = fresh()
      await blobs.put(tenant, 'x', pieces('abc'))
      for (let n = 0; n < 50; n++) await blobs.get(tenant, 'x')
      const { content } = await blobs.get(tenant, 'x')
      for await (const _ of content) break
    })

    it('that is not there has a code', async () => {
      const tenant = fresh()
      for (const name of ['x', 'x/y', 'y']) {
        await expect(blobs.get(tenant, name)).rejects.toMatchObject({
          code: 'blob-not-found',
          params: { name },
        })
        await blobs.delete(tenant, name)
        await blobs.put(tenant, 'x', pieces('a'))
      }
      await blobs.deleteUnder(tenant, 'nothing/here')
      expect(await blobs.list(tenant, { under: 'nothing', limit: 5 })).toEqual({ items: [] })
    })
  })

  describe('an upload that fails', () => {
    it.each([0, 3, 30])('after %i pieces leaves what was there, and nothing of its own', async (count) => {
      const tenant = fresh()
      const cause = Object.assign(new Error('the source broke'), { code: 'ENOENT', syscall: 'read' })
      let closed = false
      async function* broken() {
        try {
          for (let n = 0; n < count; n++) yield Buffer.alloc(500_000, n)
          throw cause
        } finally {
          closed = true
        }
      }
      await expect(blobs.put(tenant, 'new', broken())).rejects.toBe(cause)
      expect(await namesOf(tenant)).toEqual([])
      await blobs.put(tenant, 'old', pieces('old'))
      await expect(blobs.put(tenant, 'old', broken())).rejects.toBe(cause)
      expect(closed).toBe(true)
      expect((await bytesOf(await blobs.get(tenant, 'old'))).toString()).toBe('old')
    })
  })

  describe('puts at the same moment', () => {
    it.each([
      ['small', 1_000],
      ['large', 9_000_000],
    ])('leave one of the contents, whole (%s)', async (_, size) => {
      const tenant = fresh()
      const contents = Array.from({ length: 6 }, (_, n) => Buffer.alloc(size + n, n))
      const outcomes = await Promise.allSettled(
        contents.map((content) =>
          blobs.put(tenant, 'x', pieces(content.subarray(0, size / 2), content.subarray(size / 2))),
        ),
      )
      const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      expect(won.length).toBeGreaterThan(0)
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'store-conflict' })
      }
      const bytes = await bytesOf(await blobs.get(tenant, 'x'))
      expect(won.map(({ sha256: mine }) => mine)).toContain(sha256(bytes))
      expect(await namesOf(tenant)).toEqual(['x'])
    })

    it('and deletes of their folder never fail', async () => {
      const tenant = fresh()
      const work = Array.from({ length: 40 }, async (_, n) => {
        if (n % 4 === 3) await blobs.deleteUnder(tenant, 'a')
        else await blobs.put(tenant, `a/b/${n}`, pieces('x'))
      })
      const failed = (await Promise.allSettled(work)).filter(({ status }) => status === 'rejected')
      expect(failed).toEqual([])
    })
  })

  describe('names', () => {
    it('of any characters are names and nothing else', async () => {
      const tenant = fresh()
      for (const name of odd) await blobs.put(tenant, name, pieces(name))
      for (const name of odd) {
        expect((await bytesOf(await blobs.get(tenant, name))).toString()).toBe(name)
      }
      expect((await namesOf(tenant)).sort()).toEqual(odd.toSorted())
      expect((await namesOf(tenant, '', 3)).sort()).toEqual(odd.toSorted())
      for (const name of odd) await blobs.delete(tenant, name)
      expect(await namesOf(tenant)).toEqual([])
    })

    it.each(['', '/', '/a', 'a/', 'a//b', 'x'.repeat(251), 'Ü'.repeat(126), '\ud800'])(
      'never are %j',
      async (name) => {
        const refused = { code: 'blob-name-invalid' }
        await expect(blobs.put(fresh(), name, pieces('x'))).rejects.toMatchObject(refused)
        await expect(blobs.get(fresh(), name)).rejects.toMatchObject(refused)
        await expect(blobs.delete(fresh(), name)).rejects.toMatchObject(refused)
        if (name === '') return
        await expect(blobs.deleteUnder(fresh(), name)).rejects.toMatchObject(refused)
        await expect(blobs.list(fresh(), { under: name, limit: 5 })).rejects.toMatchObject(refused)
      },
    )

    it('keep to their folder: another one that begins alike is another', async () => {
      const tenant = fresh()
      const names = ['run1', 'run1/a', 'run1/b/c', 'run10/a', 'run1-/a', 'run1+/a', 'Run1/a']
      for (const name of names) await blobs.put(tenant, name, pieces('x'))
      expect((await namesOf(tenant, 'run1')).sort()).toEqual(['run1/a', 'run1/b/c'])
      await blobs.deleteUnder(tenant, 'run1')
      expect((await namesOf(tenant)).sort()).toEqual(
        ['run1', 'run10/a', 'run1-/a', 'run1+/a', 'Run1/a'].toSorted(),
      )
    })

    it('are listed page by page, each once', async () => {
      const tenant = fresh()
      const names = Array.from({ length: 57 }, (_, n) => `f${n % 7}/${n}`)
      await Promise.all(names.map((name) => blobs.put(tenant, name, pieces('x'))))
      for (const limit of [1, 10, 57, 1_000]) {
        expect((await namesOf(tenant, '', limit)).toSorted()).toEqual(names.toSorted())
      }
      expect(await namesOf(tenant, '', 10)).toEqual(await namesOf(tenant))
    })

    it.each([0, 1_001, 1.5])('are not listed %d at a time', async (limit) => {
      await expect(blobs.list(fresh(), { limit })).rejects.toMatchObject({ code: 'invalid-request' })
    })
  })

  describe('tenants', () => {
    it('never reach each other, whatever the name says', async () => {
      const [mine, other] = [fresh(), fresh()]
      await blobs.put(other, 'secret', pieces('secret'))
      for (const name of [
        `../${other}/secret`,
        `..\\${other}\\secret`,
        `%2e%2e/${other}/secret`,
        `./../${other}/secret`,
      ]) {
        await expect(blobs.get(mine, name)).rejects.toMatchObject({ code: 'blob-not-found' })
        await blobs.delete(mine, name)
        await blobs.put(mine, name, pieces('mine'))
      }
      for (const under of ['..', `../${other}`]) {
        await blobs.list(mine, { under, limit: 10 })
        await blobs.deleteUnder(mine, under)
      }
      expect((await bytesOf(await blobs.get(other, 'secret'))).toString()).toBe('secret')
      expect(await namesOf(other)).toEqual(['secret'])
    })

    it.each(['', '..', '.', 'a/b', 'a\\b', 'x'.repeat(65), 'ü'])('are never %j', async (tenant) => {
      // Two dots alone would be a tenant like any other, were it written so.
      if (tenant === '..' || tenant === '.') {
        await blobs.put(tenant, 'x', pieces('x'))
        expect(await namesOf(tenant)).toEqual(['x'])
        return
      }
      await expect(blobs.put(tenant, 'x', pieces('x'))).rejects.toMatchObject({ code: 'blob-name-invalid' })
      await expect(blobs.deleteUnder(tenant, '')).rejects.toMatchObject({ code: 'blob-name-invalid' })
    })

    it('lose all at once, and only their own', async () => {
      const tenant = fresh()
      const alike = [`${tenant}0`, `${tenant}-`, tenant.toUpperCase()]
      for (const one of [tenant, ...alike])
        for (const name of ['a', 'a/b', 'c']) await blobs.put(one, name, pieces('x'))
      await blobs.deleteUnder(tenant, '')
      expect(await namesOf(tenant)).toEqual([])
      for (const one of alike) expect((await namesOf(one)).sort()).toEqual(['a', 'a/b', 'c'])
    })
  })
}
