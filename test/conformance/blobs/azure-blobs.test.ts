import { describe, expect, it } from 'vitest'
import { openAzureBlobs } from '../../../functions/platform/blobs/azure-blobs.ts'
import { systemRandom } from '../../../shared/random.ts'
import { startAzurite } from '../store/azurite.ts'
import { blobsConformance, pieces } from './suite.ts'

describe('blobs in Azure Blob Storage', () => {
  blobsConformance(async () => {
    const { connectionString, stop } = await startAzurite()
    return { blobs: openAzureBlobs({ connectionString, random: systemRandom }), close: stop }
  })
})

it('a storage that is away is an outage, and its error holds no key', async () => {
  const { connectionString, stop } = await startAzurite()
  await stop()
  const blobs = openAzureBlobs({ connectionString, random: systemRandom })
  const failure = await blobs.put('tenant001', 'x', pieces('x')).catch((error) => error)
  expect(failure).toMatchObject({ code: 'store-unavailable' })
  expect(JSON.stringify([failure.message, failure.params, String(failure.cause)])).not.toMatch(
    /sig=|SharedKey|Eby8/,
  )
})
