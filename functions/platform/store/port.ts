/**
 * The store: tables of rows, addressed by partition and key. Designed for Azure Tables first: every read is a point read
 * or a range in one partition, and every adapter enforces the limits of Tables, so that what works on a laptop works there.
 */

/** A property of a row. An absent property is simply not there; there is no null. */
export type Value = string | number | boolean

export interface Row {
  /** 1 to 500 characters; no `/ \ # ?` and no control characters. */
  readonly partition: string
  readonly key: string
  readonly values: Readonly<Record<string, Value>>
}

export interface StoredRow extends Row {
  /** Opaque; changes with every write of the row. */
  readonly etag: string
}

/** What must be true of the stored row for a write to happen. */
export type Condition =
  | { readonly kind: 'any' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'match'; readonly etag: string }

/** A write inside an atomic batch. `put` replaces the whole row. `delete` with `any` succeeds when the row is not there. */
export type Write =
  | {
      readonly kind: 'put'
      readonly key: string
      readonly values: Readonly<Record<string, Value>>
      readonly condition: Condition
    }
  | {
      readonly kind: 'delete'
      readonly key: string
      readonly condition: Exclude<Condition, { kind: 'absent' }>
    }

export interface RangeQuery {
  /** First key, inclusive; keys are compared by UTF-16 code unit. */
  readonly from?: string
  /** Key after the last, exclusive. */
  readonly to?: string
  /** 1 to 1000 rows; default 1000. */
  readonly limit?: number
  /** From the previous page. Opaque; valid for the same table, partition and range. */
  readonly cursor?: string
}

export interface Page {
  readonly rows: readonly StoredRow[]
  /** Present when there may be more. */
  readonly cursor?: string
}

/**
 * Errors, the same for all adapters: `store-conflict` when a condition does not hold, `store-limit` for a row, key or
 * batch over the limits, `store-unavailable` when the storage does not answer.
 */
export interface Store {
  get(table: string, partition: string, key: string): Promise<StoredRow | undefined>
  /** Writes one row and returns its new etag. */
  put(table: string, row: Row, condition: Condition): Promise<string>
  delete(
    table: string,
    partition: string,
    key: string,
    condition: Exclude<Condition, { kind: 'absent' }>,
  ): Promise<void>
  /** Rows of one partition in key order. */
  query(table: string, partition: string, range?: RangeQuery): Promise<Page>
  /**
   * All or nothing, in one partition: 1 to 100 writes, each key at most once, at most 4 MiB.
   * Returns the new etags in order, undefined for deletes.
   */
  batch(table: string, partition: string, writes: readonly Write[]): Promise<readonly (string | undefined)[]>
}

/** Limits of Azure Tables, enforced by every adapter. */
export const limits = {
  keyCharacters: 500,
  properties: 252,
  /** Characters (UTF-16 code units) of one string property: 64 KiB. */
  stringCharacters: 32_768,
  rowBytes: 1_048_576,
  batchWrites: 100,
  batchBytes: 4_194_304,
  pageRows: 1000,
} as const
