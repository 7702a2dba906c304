import { join } from 'node:path'
import { describe } from 'vitest'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { makeFolder, removeFolder } from '../../folder.ts'
import { storeConformance } from './suite.ts'

describe('the store on SQLite', () => {
  storeConformance(async () => {
    const folder = await makeFolder()
    const store = openSqliteStore({ file: join(folder, 'store.db') })
    return {
      store,
      close: async () => {
        store.close()
        await removeFolder(folder)
      },
    }
  }, 200)
})
