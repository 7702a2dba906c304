import { BlobServiceClient, type BlockBlobClient, type ContainerClient, RestError } from '@azure/storage-blob'
import { isStegError, reasonOf, StegError } from '../../../shared/errors/error.ts'
import { type Random, randomId } from '../../../shared/random.ts'
import { checkPage, decodePart, folderParts, nameParts, notFound, spanOf, tenantPart } from './names.ts'
import type { Blob, BlobInfo, Blobs } from './port.ts'
import { ContentFailed, measured, verified } from './verified.ts'

const CONTAINER = 'steg'
/** Bytes sent at once; a blob may have 50,000 such blocks. */
const BLOCK_BYTES = 4 * 1024 * 1024
/** Requests under way while a folder is deleted. */
const DELETES = 16

/**
 * Blobs in one container of Azure Blob Storage. What fits into a block is one request; more is staged block by block and
 * becomes the blob with the last request, so that nobody ever sees a part.
 */
export function openAzureBlobs(parts: {
  readonly connectionString: string
  readonly random: Random
  readonly container?: string
}): Blobs {
  const { random } = parts
  const service = BlobServiceClient.fromConnectionString(parts.connectionString, {
    retryOptions: { maxTries: 4, retryDelayInMs: 200, maxRetryDelayInMs: 2_000, tryTimeoutInMs: 60_000 },
  })
  const container = service.getContainerClient(parts.container ?? CONTAINER)
  let made: Promise<unknown> | undefined
  const clientOf = (tenantId: string, name: string) =>
    container.getBlockBlobClient([tenantPart(tenantId), ...nameParts(name)].join('/'))

  async function ensureContainer(): Promise<void> {
    made ??= container.createIfNotExists()
    try {
      await made
    } catch (error) {
      made = undefined
      throw error
    }
  }

  async function upload(client: BlockBlobClient, content: AsyncIterable<Uint8Array>) {
    const passing = measured(content)
    const staged: string[] = []
    const upload = randomId(random, 12)
    let rest = Buffer.alloc(0)
    for await (const block of blocksOf(passing.content)) {
      // The last one decides whether there are others: it is kept until something follows.
      if (rest.length > 0) {
        // All ids of a blob are of one length.
        const id = Buffer.from(`${upload}-${String(staged.length).padStart(5, '0')}`).toString('base64')
        await client.stageBlock(id, rest, rest.length)
        staged.push(id)
      }
      rest = block
    }
    const result = passing.result()
    const metadata = { sha256: result.sha256 }
    if (staged.length === 0) await client.upload(rest, rest.length, { metadata })
    else {
      const id = Buffer.from(`${upload}-${String(staged.length).padStart(5, '0')}`).toString('base64')
      await client.stageBlock(id, rest, rest.length)
      await client.commitBlockList([...staged, id], { metadata })
    }
    return result
  }

  return {
    put: (tenantId, name, content) =>
      translated(name, async () => {
        const client = clientOf(tenantId, name)
        await ensureContainer()
        return { name, ...(await upload(client, content)) }
      }),

    get: (tenantId, name, range) =>
      translated(name, async (): Promise<Blob> => {
        const client = clientOf(tenantId, name)
        const { contentLength = 0, metadata, etag = '' } = await client.getProperties()
        const info: BlobInfo = { name, size: contentLength, sha256: metadata?.sha256 ?? '' }
        const span = spanOf(info.size, range)
        const content = download(client, name, etag, span)
        return { ...info, content: span.whole ? verified(content, info) : content }
      }),

    delete: (tenantId, name) =>
      translated(name, async () => {
        await clientOf(tenantId, name).deleteIfExists()
      }),

    deleteUnder: (tenantId, under) =>
      translated(under, async () => {
        const prefix = prefixOf(tenantId, under)
        for (;;) {
          const { names } = await page(container, prefix, 1_000, undefined)
          if (names.length === 0) return
          const left = names.map(({ key }) => key)
          const worker = async () => {
            for (let key = left.pop(); key !== undefined; key = left.pop()) {
              await container.getBlobClient(key).deleteIfExists()
            }
          }
          await Promise.all(Array.from({ length: DELETES }, worker))
        }
      }),

    list: (tenantId, { under = '', limit, cursor }) =>
      translated(under, async () => {
        checkPage(limit)
        const found = await page(container, prefixOf(tenantId, under), limit, cursor)
        const items = found.names.map(({ key, size }) => ({
          name: key.split('/').slice(1).map(decodePart).join('/'),
          size,
        }))
        return { items, ...(found.cursor === undefined ? {} : { cursor: found.cursor }) }
      }),
  }
}

const prefixOf = (tenantId: string, under: string) =>
  [tenantPart(tenantId), ...folderParts(under), ''].join('/')

/** One page that is not empty, or the end. */
async function page(container: ContainerClient, prefix: string, limit: number, from: string | undefined) {
  for (let token = from; ; ) {
    const pages = container.listBlobsFlat({ prefix }).byPage({
      maxPageSize: limit,
      ...(token === undefined ? {} : { continuationToken: token }),
    })
    const next = await pages.next().catch((error: unknown) => {
      if (error instanceof RestError && error.statusCode === 404) return undefined
      throw error
    })
    if (next === undefined || next.done === true) return { names: [] }
    const names = next.value.segment.blobItems.map(({ name, properties }) => ({
      key: name,
      size: properties.contentLength ?? 0,
    }))
    token = next.value.continuationToken === '' ? undefined : next.value.continuationToken
    if (token === undefined) return { names }
    if (names.length > 0) return { names, cursor: token }
  }
}

/** Gathers pieces of any size to blocks; none for an empty content. */
async function* blocksOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer<ArrayBuffer>, void> {
  let pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of content) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + BLOCK_BYTES - size)
      pieces.push(part)
      size += part.length
      at += part.length
      if (size < BLOCK_BYTES) continue
      yield Buffer.concat(pieces)
      pieces = []
      size = 0
    }
  }
  if (size > 0) yield Buffer.concat(pieces)
}

async function* download(
  client: BlockBlobClient,
  name: string,
  etag: string,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<Uint8Array, void> {
  if (from === to) return
  try {
    // Replaced since it was asked for: what is there now is another content.
    const { readableStreamBody } = await client.download(from, to - from, { conditions: { ifMatch: etag } })
    for await (const piece of readableStreamBody ?? []) {
      yield typeof piece === 'string' ? Buffer.from(piece) : piece
    }
  } catch (error) {
    throw translate(error, name)
  }
}

async function translated<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw translate(error, name)
  }
}

/** Another upload of the same name has ended first and taken the blocks of this one away. */
const overtaken: ReadonlySet<string> = new Set(['InvalidBlockList', 'InvalidBlobOrBlock', 'InvalidBlockId'])

function translate(error: unknown, name: string): unknown {
  if (error instanceof ContentFailed) return error.cause
  if (isStegError(error) || !(error instanceof Error)) return error
  if (!(error instanceof RestError)) {
    return 'code' in error ? new StegError('store-unavailable', { reason: reasonOf(error) }) : error
  }
  const { statusCode: status, code = '' } = error
  // The client's own error holds the whole request with its signature: nothing to keep or log.
  const cause = new Error(`status ${status ?? 'none'} ${code}`)
  if (status === 404) return notFound(name)
  if (status === 412 || overtaken.has(code)) return new StegError('store-conflict', { key: name }, { cause })
  if (status === 400 && /QueryParameter|OutOfRangeInput/.test(code)) {
    return new StegError(
      'invalid-request',
      { problems: 'cursor: not one that this query returned' },
      { cause },
    )
  }
  return new StegError('store-unavailable', { reason: code || `status ${status ?? 'none'}` }, { cause })
}
