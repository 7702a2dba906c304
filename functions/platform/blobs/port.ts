/** Contents of any size, kept whole: each belongs to a tenant and has a name of its own there. */

export interface BlobInfo {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** SHA-256 of the content, 64 hexadecimal digits. */
  readonly sha256: string
}

export interface BlobRange {
  /** The first byte, from 0. */
  readonly from: number
  /** The byte after the last; absent: to the end. */
  readonly to?: number
}

export interface Blob extends BlobInfo {
  /** To be read once, piece by piece; ends with `blob-damaged` when it is read whole and is not what was put. */
  readonly content: AsyncIterable<Uint8Array>
}

export interface BlobPage {
  readonly items: readonly Omit<BlobInfo, 'sha256'>[]
  /** Present when there may be more. Opaque. */
  readonly cursor?: string
}

/**
 * A name has 1 to 250 bytes in UTF-8 and parts between slashes, none of them empty; any other character may be in it, and
 * no part means anything else than itself. `under` names a folder: the parts that names begin with; empty for all.
 *
 * Errors, the same for all adapters: `blob-not-found`, `blob-name-invalid`, `blob-damaged`, `storage-full`,
 * `store-unavailable` when the storage does not answer, `store-conflict` when two large contents were put at the same
 * moment and this one lost, `invalid-request` for a range or cursor that is none.
 */
export interface Blobs {
  /** Whole or not at all, also when the content fails half-way; replaces what was there. */
  put(tenantId: string, name: string, content: AsyncIterable<Uint8Array>): Promise<BlobInfo>
  /** @throws StegError `blob-not-found` */
  get(tenantId: string, name: string, range?: BlobRange): Promise<Blob>
  /** Succeeds when there is none. */
  delete(tenantId: string, name: string): Promise<void>
  /** Everything of a folder, or with an empty one everything of the tenant. Repeatable when it was interrupted. */
  deleteUnder(tenantId: string, under: string): Promise<void>
  /** In an order that stays the same. `limit` 1 to 1000. */
  list(
    tenantId: string,
    query: { readonly under?: string; readonly limit: number; readonly cursor?: string },
  ): Promise<BlobPage>
}

export const blobLimits = { nameBytes: 250, pageItems: 1_000 } as const
