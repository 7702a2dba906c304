/**
 * What the engine needs of the two sides and of what is kept between runs. Adapters translate; everything they throw
 * means "nobody knows whether it was done", and what is known is an outcome.
 */
import type { Condition } from './rules/conditions.ts'
import type { Fields } from './rules/item.ts'
import type { Link } from './rules/link.ts'
import type { SideName } from './rules/merge.ts'

export interface InsideItem {
  readonly id: string
  /** Changes with every write. */
  readonly version: string
  readonly fields: Fields
  readonly conditions: readonly Condition[]
  /** Milliseconds since the epoch. */
  readonly changedAt?: number | undefined
  /** Of the engine's last write to it, see `write`. */
  readonly stamp?: string | undefined
}

export interface OutsideItem {
  readonly id: string
  readonly version: string
  /** The mapped fields in canonical form; empty when `conditions` holds `not-representable`. */
  readonly fields: Fields
  readonly conditions: readonly Condition[]
  readonly changedAt?: number | undefined
  /** What `create` gave it; copies made by people carry it, too. */
  readonly mark?: string | undefined
  /** Of the last write, where the server keeps such a thing. */
  readonly stamp?: string | undefined
}

/** Of a conditional write to an existing item. */
export type WriteOutcome =
  /** `version` is absent when the server does not tell, or has changed what it was sent. */
  | { readonly kind: 'written'; readonly version?: string | undefined }
  /** Somebody was faster. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'gone' }
  /** For good, until the item changes. `detail`: a code or the path of a field. */
  | { readonly kind: 'refused'; readonly detail: string }

export type CreateOutcome =
  | { readonly kind: 'created'; readonly id: string; readonly version?: string | undefined }
  /** Something with this mark (inside: this id) is there. */
  | { readonly kind: 'exists' }
  | { readonly kind: 'refused'; readonly detail: string }

/** `done` also when it was gone already. */
export type DeleteOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly detail: string }

/** Fields to set; null takes one away, the others stay as they are. */
export interface Change {
  readonly set: Fields
  /** Only if the item still has it. */
  readonly version: string
  /** Different for each write; kept beside the item where the side can. */
  readonly stamp: string
}

export interface OutsideChange {
  readonly id: string
  /** Absent: no longer listed, which is not yet a deletion. */
  readonly version?: string | undefined
  /** Where the listing brings the content. */
  readonly item?: OutsideItem | undefined
}

export interface OutsideListing {
  readonly changes: readonly OutsideChange[]
  readonly token: string
  /** All that is there is listed, so what is not is gone; otherwise what changed since the token. */
  readonly full: boolean
  /** The whole answer was read and is sound. What is not complete counts for nothing. */
  readonly complete: boolean
}

export interface OutsideCapabilities {
  /** The server may store other values than it was sent and answer a version all the same: what is stored is read. */
  readonly rewrites: boolean
  /** Writes at the same time, 1 or more. */
  readonly parallel: number
  /** Items read in one call. */
  readonly batch: number
}

export interface OutsideSide {
  readonly capabilities: OutsideCapabilities
  /** Names the folder and its owner, as the side was opened: costs no call of its own. Another one is another collection. */
  identity(): Promise<string>
  /** @param token of the last listing; undefined, or no longer known to the server: everything is listed */
  listChanges(token: string | undefined): Promise<OutsideListing>
  /** Those that are there. What is missing has been asked for by itself and is surely not there. */
  get(ids: readonly string[]): Promise<readonly OutsideItem[]>
  /** All that carry the mark. */
  find(mark: string): Promise<readonly OutsideItem[]>
  create(mark: string, fields: Fields, stamp: string): Promise<CreateOutcome>
  put(id: string, change: Change): Promise<WriteOutcome>
  delete(id: string, version: string): Promise<DeleteOutcome>
  /** The fields as this side can say them, or the path of the one that it cannot. Pure. */
  project(fields: Fields): { readonly fields: Fields } | { readonly refused: string }
}

export interface InsideChange {
  readonly id: string
  /** Absent when it was deleted. */
  readonly version?: string | undefined
}

export interface InsideSide {
  /** What changed since the cursor, each item once; undefined: everything. */
  listChanges(cursor: string | undefined): Promise<{
    readonly changes: readonly InsideChange[]
    readonly cursor: string
  }>
  /** `deleted` for what was there once. */
  get(
    ids: readonly string[],
  ): Promise<readonly (InsideItem | { readonly id: string; readonly deleted: true; readonly at?: number })[]>
  /** `exists` also for an id that was deleted. */
  create(id: string, fields: Fields, stamp: string): Promise<CreateOutcome>
  put(id: string, change: Change): Promise<WriteOutcome>
  /** Makes again what was deleted. */
  restore(id: string, fields: Fields, stamp: string): Promise<CreateOutcome>
  /** Only to take back what a run has made; a synchronisation never deletes inside. */
  remove?(id: string, version: string): Promise<DeleteOutcome>
}

/** What is kept of one account and kind between runs, beside its links. */
export interface ReconcileState {
  readonly token?: string | undefined
  readonly cursor?: string | undefined
  readonly identity?: string | undefined
  /** Of the settings that items were last looked at with; others mean looking at all of them again. */
  readonly policy?: string | undefined
  /** The mode new outside items were last listed completely in. */
  readonly mode?: string | undefined
}

export interface StoredLink {
  readonly link: Link
  readonly etag: string
}

/** A value that a synchronisation replaced although the other side has never had it. */
export interface HistoryEntry {
  readonly id: string
  readonly field: string
  readonly side: SideName
  readonly value: string
  readonly runId: string
}

export interface LinkWrite {
  readonly id: string
  /** Undefined removes it. */
  readonly link: Link | undefined
  /** Of the link that this replaces; undefined: there must be none. */
  readonly etag: string | undefined
}

/** Rows of one account and kind, in one partition. */
export interface LinkStore {
  state(): Promise<ReconcileState>
  saveState(state: ReconcileState): Promise<void>
  get(ids: readonly string[]): Promise<readonly StoredLink[]>
  findByOutside(outsideIds: readonly string[]): Promise<readonly StoredLink[]>
  /** Those with an intent or a decision. */
  pending(): Promise<readonly StoredLink[]>
  /** All of them. */
  all(): AsyncIterable<StoredLink>
  /** Links that take part and are on both sides. */
  count(): Promise<number>
  /**
   * The history first, each entry once however often it is handed in; then up to 50 links, all or none. Throws
   * `store-conflict` when another run has written one of the links since.
   * @returns the new etags in order, undefined for what was removed
   */
  save(
    writes: readonly LinkWrite[],
    history: readonly HistoryEntry[],
  ): Promise<readonly (string | undefined)[]>
}

/** Thrown by a side that cannot be used now; the run ends, and what is left is done by the next. */
export class SideUnavailable extends Error {
  /** Milliseconds; absent when the side does not say. */
  readonly retryAfter: number | undefined

  constructor(message: string, retryAfter?: number) {
    super(message)
    this.name = 'SideUnavailable'
    this.retryAfter = retryAfter
  }
}
