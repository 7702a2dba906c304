import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore, original, sortable } from '../../functions/platform/store/sqlite.ts'
import { makeFolder, removeFolder } from '../folder.ts'

const any = { kind: 'any' } as const
const unavailable = { code: 'store-unavailable' }
const row = (key: string, n = 0, partition = 'p') => ({ partition, key, values: { n } })
const writer = fileURLToPath(new URL('writer.ts', import.meta.url))

let folder: string
let file: string
beforeEach(async () => {
  folder = await makeFolder()
  file = join(folder, 'deep', 'store.db')
})
afterEach(async () => {
  await removeFolder(folder)
})

describe('group commit', () => {
  const walBytes = () => statSync(`${file}-wal`).size

  it('commits the writes of one turn together, each with its own outcome', async () => {
    const store = openSqliteStore({ file })
    await store.put('Rows', row('taken'), any)
    const before = walBytes()
    const results = await Promise.allSettled([
      ...Array.from({ length: 300 }, (_, n) => store.put('Rows', row(`k${n}`, n), { kind: 'absent' })),
      store.put('Rows', row('taken'), { kind: 'absent' }),
      store.put('Rows', row('k0', 1), { kind: 'absent' }),
      store.batch('Rows', 'p', [
        { kind: 'put', key: 'never', values: {}, condition: any },
        { kind: 'put', key: 'taken', values: {}, condition: { kind: 'absent' } },
      ]),
      store.put('Rows', row('/'), any),
      store.delete('Rows', 'p', 'k1', any),
      store.put('Rows', row('last'), any),
    ])
    const failed = results.flatMap((result, index) => (result.status === 'rejected' ? [index] : []))
    expect(failed).toEqual([300, 301, 302, 303])
    // One commit writes a page of the log at least, so 300 of them would write 300.
    expect(walBytes() - before).toBeLessThan(100 * 4096)
    const keys = (await store.query('Rows', 'p')).rows.map(({ key }) => key)
    expect(keys).toHaveLength(301)
    expect(keys).not.toContain('k1')
    expect(keys).not.toContain('never')
    expect((await store.get('Rows', 'p', 'k0'))?.values.n).toBe(0)
    store.close()
  })

  it('keeps what was given even when the caller changes its objects afterwards', async () => {
    const store = openSqliteStore({ file })
    const values = { n: 1 }
    const written = store.put('Rows', { partition: 'p', key: 'k', values }, any)
    values.n = 2
    await written
    expect((await store.get('Rows', 'p', 'k'))?.values).toEqual({ n: 1 })
    store.close()
  })

  it('close commits what is pending; after it nothing works', async () => {
    const store = openSqliteStore({ file })
    const pending = store.put('Rows', row('k', 7), any)
    store.close()
    await pending
    await expect(store.get('Rows', 'p', 'k')).rejects.toMatchObject(unavailable)
    await expect(store.put('Rows', row('k'), any)).rejects.toMatchObject(unavailable)
    const again = openSqliteStore({ file })
    expect((await again.get('Rows', 'p', 'k'))?.values).toEqual({ n: 7 })
    again.close()
  })
})

describe('the file', () => {
  it('is a store of version 1, opened again with its rows', async () => {
    const store = openSqliteStore({ file })
    const etag = await store.put('Rows', row('k', 1), any)
    store.close()
    const database = new DatabaseSync(file)
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 })
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.close()
    const again = openSqliteStore({ file })
    expect(await again.get('Rows', 'p', 'k')).toEqual({ ...row('k', 1), etag })
    again.close()
  })

  it('of a newer version is refused and left alone', () => {
    openSqliteStore({ file }).close()
    const database = new DatabaseSync(file)
    database.exec('PRAGMA user_version = 2')
    expect(() => openSqliteStore({ file })).toThrow(/schema version 2.*knows 1.*update Steg/s)
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 })
    database.close()
  })

  it('of another program is refused and left alone', () => {
    const other = join(folder, 'other.db')
    const database = new DatabaseSync(other)
    database.exec('CREATE TABLE mine (a TEXT)')
    expect(() => openSqliteStore({ file: other })).toThrow('not a store of Steg')
    expect(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()).toEqual({ n: 1 })
    database.close()
  })

  it('that is no database, or cannot be made, is reported', async () => {
    const text = join(folder, 'text.db')
    await writeFile(text, 'x'.repeat(5000))
    expect(() => openSqliteStore({ file: text })).toThrow(expect.objectContaining(unavailable))
    expect(() => openSqliteStore({ file: join(text, 'store.db') })).toThrow(
      expect.objectContaining(unavailable),
    )
    expect(() => openSqliteStore({ file: folder })).toThrow(expect.objectContaining(unavailable))
  })

  it('held by another process makes writes fail, not reads', async () => {
    const store = openSqliteStore({ file, busyTimeoutMs: 20 })
    await store.put('Rows', row('k', 1), any)
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.put('Rows', row('k', 2), any)).rejects.toMatchObject(unavailable)
    expect((await store.get('Rows', 'p', 'k'))?.values).toEqual({ n: 1 })
    other.exec('ROLLBACK')
    other.close()
    await store.put('Rows', row('k', 3), any)
    expect((await store.get('Rows', 'p', 'k'))?.values).toEqual({ n: 3 })
    store.close()
  })

  it('may be shared: increments of two stores lose no update', async () => {
    const stores = [openSqliteStore({ file }), openSqliteStore({ file })]
    await stores[0]?.put('Rows', row('k', 0), any)
    async function increment(store: (typeof stores)[number]): Promise<void> {
      for (;;) {
        const found = await store.get('Rows', 'p', 'k')
        const next = row('k', Number(found?.values.n) + 1)
        try {
          await store.put('Rows', next, { kind: 'match', etag: String(found?.etag) })
          return
        } catch (error) {
          expect(error).toMatchObject({ code: 'store-conflict' })
        }
      }
    }
    await Promise.all(Array.from({ length: 10 }, () => stores.map(increment)).flat())
    expect((await stores[1]?.get('Rows', 'p', 'k'))?.values).toEqual({ n: 20 })
    for (const store of stores) store.close()
  })
})

describe('the order of keys', () => {
  it('in UTF-8 is that of UTF-16 code units, and nothing is lost', () => {
    const text = fc
      .array(fc.constantFrom('a', '0', '\uD7FF', '\uE000', '\uFFFF', '\u{10000}', '\u{10FFFF}'))
      .map((p) => p.join(''))
    const anyText = fc.oneof(text, fc.string({ unit: 'binary' })).filter((made) => made.isWellFormed())
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(original(sortable(a))).toBe(a)
        const utf8 = Math.sign(Buffer.compare(Buffer.from(sortable(a)), Buffer.from(sortable(b))))
        expect(utf8).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
      { numRuns: 5000 },
    )
  })
})

/** Runs the writer until `enough` says so about the numbers it has acknowledged; returns them and its last words. */
async function runWriter(
  command: string,
  args: readonly string[],
  enough: (acknowledged: number) => boolean,
) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (enough(output.split('\n').length)) child.kill('SIGKILL')
  })
  await once(child, 'close')
  const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n')
  return {
    acknowledged: lines.filter((line) => /^\d+$/.test(line)).map(Number),
    failures: lines.filter((line) => /^[a-z]/.test(line)),
  }
}

describe('what was acknowledged', () => {
  it('survives kill -9, and a batch is there as a whole or not at all', { timeout: 120_000 }, async () => {
    const acknowledged = new Set<number>()
    for (let round = 0; round < 8; round++) {
      const first = round * 1_000_000
      const run = await runWriter(
        process.execPath,
        [writer, file, String(first)],
        (n) => n > 150 + 40 * round,
      )
      expect(run.acknowledged.length).toBeGreaterThan(100)
      for (const n of run.acknowledged) acknowledged.add(n)
      const store = openSqliteStore({ file })
      const singles = new Set<number>()
      const halves = new Map<number, number>()
      let cursor: string | undefined
      do {
        const page = await store.query('Rows', 'p', cursor === undefined ? {} : { cursor })
        for (const { key, values } of page.rows) {
          const n = Number(values.n)
          if (key.startsWith('single')) singles.add(n)
          else halves.set(n, (halves.get(n) ?? 0) + 1)
        }
        cursor = page.cursor
      } while (cursor !== undefined)
      store.close()
      for (const n of acknowledged) expect(singles.has(n) || halves.has(n), `${n} is lost`).toBe(true)
      expect([...halves.values()].filter((count) => count !== 2)).toEqual([])
    }
  })

  it.skipIf(process.platform === 'win32')(
    'is all that is there when the disk takes no more',
    { timeout: 60_000 },
    async () => {
      const limited = `ulimit -f 2000; exec "${process.execPath}" "${writer}" "${file}" 0`
      const run = await runWriter('sh', ['-c', limited], () => false)
      expect(run.acknowledged.length).toBeGreaterThan(100)
      expect(run.failures).not.toEqual([])
      expect(new Set(run.failures)).toEqual(new Set(['store-unavailable']))
      const store = openSqliteStore({ file })
      const found = new Set<number>()
      let cursor: string | undefined
      do {
        const page = await store.query('Rows', 'p', cursor === undefined ? {} : { cursor })
        for (const { values } of page.rows) found.add(Number(values.n))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect([...found].sort((a, b) => a - b)).toEqual(run.acknowledged.toSorted((a, b) => a - b))
      await store.put('Rows', row('after'), any)
      store.close()
    },
  )
})
