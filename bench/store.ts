import { join } from 'node:path'
import { openTablesStore } from '../functions/platform/store/azure-tables.ts'
import type { Store, Write } from '../functions/platform/store/port.ts'
import { openSqliteStore } from '../functions/platform/store/sqlite.ts'
import { startAzurite } from '../test/conformance/store/azurite.ts'
import { makeFolder, removeFolder } from '../test/folder.ts'

/** All figures are per second. */
interface StoreFigures {
  /** One put after the other, each acknowledged before the next. */
  readonly putsInTurn: number
  /** Puts with 16 under way. */
  readonly putsAtOnce: number
  /** Rows in atomic batches of 100. */
  readonly batchedRows: number
  /** Rows read in ranges of 1000. */
  readonly rangeRows: number
  readonly gets: number
}

const any = { kind: 'any' } as const
const puts = 1000
const rows = 5000

/** About the size of a person or a run: some 400 bytes. */
function values(n: number) {
  return { n, name: `Person ${n}`, active: true, at: 1.7e12 + n, note: 'x'.repeat(300) }
}

const keyOf = (n: number) => String(n).padStart(8, '0')

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return Math.round(count / ((performance.now() - started) / 1000))
}

async function measure(store: Store): Promise<StoreFigures> {
  const put = (partition: string, n: number) =>
    store.put('Bench', { partition, key: keyOf(n), values: values(n) }, any)

  async function putFrom(start: number, step: number, partition: string): Promise<void> {
    for (let n = start; n < puts; n += step) await put(partition, n)
  }

  async function batches(): Promise<void> {
    for (let from = 0; from < rows; from += 100) {
      const writes = Array.from({ length: 100 }, (_, n): Write => {
        return { kind: 'put', key: keyOf(from + n), values: values(from + n), condition: any }
      })
      await store.batch('Bench', 'rows', writes)
    }
  }

  async function ranges(): Promise<void> {
    let cursor: string | undefined
    do {
      cursor = (await store.query('Bench', 'rows', cursor === undefined ? {} : { cursor })).cursor
    } while (cursor !== undefined)
  }

  async function gets(): Promise<void> {
    for (let n = 0; n < puts; n++) await store.get('Bench', 'rows', keyOf((n * 7919) % rows))
  }

  await putFrom(0, 10, 'warm-up')
  return {
    putsInTurn: await perSecond(puts, () => putFrom(0, 1, 'in-turn')),
    putsAtOnce: await perSecond(puts, () =>
      Promise.all(Array.from({ length: 16 }, (_, worker) => putFrom(worker, 16, 'at-once'))),
    ),
    batchedRows: await perSecond(rows, batches),
    rangeRows: await perSecond(rows, ranges),
    gets: await perSecond(puts, gets),
  }
}

async function measureSqlite(): Promise<StoreFigures> {
  const folder = await makeFolder()
  const store = openSqliteStore({ file: join(folder, 'store.db') })
  try {
    return await measure(store)
  } finally {
    store.close()
    await removeFolder(folder)
  }
}

async function measureAzurite(): Promise<StoreFigures> {
  const { connectionString, stop } = await startAzurite()
  try {
    return await measure(await openTablesStore({ connectionString, tables: ['Bench'] }))
  } finally {
    await stop()
  }
}

/** Takes about ten seconds. Needs no network beyond the loopback. */
export async function benchStore(): Promise<void> {
  const sqlite = await measureSqlite()
  const azurite = await measureAzurite()
  const ratioOf = (figure: keyof StoreFigures) => Math.round((10 * sqlite[figure]) / azurite[figure]) / 10
  const ratio: StoreFigures = {
    putsInTurn: ratioOf('putsInTurn'),
    putsAtOnce: ratioOf('putsAtOnce'),
    batchedRows: ratioOf('batchedRows'),
    rangeRows: ratioOf('rangeRows'),
    gets: ratioOf('gets'),
  }
  console.log('Store: per second; the ratio is SQLite by Azurite: on a slow machine both fall, it stays')
  console.table({ sqlite, azurite, ratio })
}
