import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { storeConformance } from './suite.ts'

describe('the store on SQLite', () => {
  storeConformance(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'steg-store-'))
    const store = openSqliteStore({ file: join(folder, 'store.db') })
    return {
      store,
      close: async () => {
        store.close()
        await rm(folder, { recursive: true })
      },
    }
  }, 200)
})
