import { describe } from 'vitest'
import { openTablesStore } from '../../../functions/platform/store/azure-tables.ts'
import { startAzurite } from './azurite.ts'
import { storeConformance, suiteTables } from './suite.ts'

describe('the store on Azure Tables', () => {
  storeConformance(async () => {
    const azurite = await startAzurite()
    const { connectionString, stop } = azurite
    const store = await openTablesStore({ connectionString, tablePrefix: 'suite', tables: suiteTables })
    return { store, close: stop }
  }, 25)
})
