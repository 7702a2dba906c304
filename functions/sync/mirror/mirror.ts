import type { HoldCode } from '../../jobs/port.ts'
import type { Stamped } from '../kept-rows.ts'
import type { LogCode, LogParams } from '../log.ts'
import type { Proportion } from '../rules/guard.ts'
import type { Undoable } from '../undo.ts'
import type { Listing } from './rules/listing.ts'
import type { MirrorAction, MirrorRules } from './rules/plan.ts'

/** A list there that becomes rows here: everything in which one such list differs from another. */
export interface Mirror<Item, Row extends Stamped> extends Undoable<Row> {
  readonly rules: MirrorRules<Item, Row>
  /** The row that an item becomes; what the hub leads is taken from the row before. */
  toRow(item: Item, before: Row | undefined, now: string): Row
  /** The row of something that the source no longer lists. */
  toGoneRow(row: Row, now: string): Row
  /**
   * Whether an empty list, read twice, says that everything is gone. Only with a guard in place: without one an empty
   * list must prove nothing.
   */
  readonly emptyProves: boolean
  readonly guards: readonly MirrorGuard<Item>[]
  readonly texts: MirrorTexts<Item, Row>
}

/** Holds a run that would do something to too many of the active rows. */
export interface MirrorGuard<Item> {
  counts(action: MirrorAction<Item>): boolean
  readonly proportion: Proportion
  readonly code?: HoldCode
  readonly texts: { readonly wouldBeHeld: LogCode; readonly released: LogCode; readonly item: LogCode }
}

export type ActionTexts = Readonly<Record<'create' | 'update' | 'deactivate', LogCode>>

/** How the log speaks of a list. Lines about one row get what `about` says, and `fields` where it changed. */
export interface MirrorTexts<Item, Row> {
  /** `{path}`, `{count}` */
  readonly read: LogCode
  /** `{path}`, `{create}`, `{update}`, `{deactivate}`, `{unchanged}` */
  readonly planned: LogCode
  /** `{path}`: the second reading was empty and proves nothing. */
  readonly empty: LogCode
  readonly done: ActionTexts
  readonly tried: ActionTexts
  about(key: string, row: Item | Row | undefined): LogParams
}

export interface MirrorSource<Item> {
  /** Where the list is, for the log. */
  readonly path: string
  /** Reads the list whole. @throws StegError when it cannot be read, changes meanwhile, or has too many rows */
  read(): Promise<Listing<Item>>
}
