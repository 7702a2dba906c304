import type { Policy } from './decide.ts'
import type { Digest, Fields, Json } from './item.ts'
import type { Link, Transfer } from './link.ts'
import type { SideName } from './merge.ts'
import type { Action, Reason } from './reasons.ts'
import type { Situation } from './situation.ts'

export interface Loser {
  readonly side: SideName
  readonly name: string
  readonly value: Json
}

/** What is to be done, decided before anything is written. `link` is what is kept before the side is touched. */
export type Step =
  /** `link` undefined: it is forgotten. */
  | { readonly kind: 'keep'; readonly link: Link | undefined }
  | {
      readonly kind: 'create'
      readonly link: Link
      readonly mark: string
      readonly fields: Fields
      readonly transfer: Transfer
    }
  | {
      readonly kind: 'take'
      readonly link: Link
      readonly fields: Fields
      readonly outsideId: string
      readonly transfer: Transfer
      readonly again: boolean
    }
  | {
      readonly kind: 'write'
      readonly link: Link
      readonly toOutside: (Transfer & { readonly set: Fields }) | undefined
      readonly toInside: (Transfer & { readonly set: Fields }) | undefined
    }
  | { readonly kind: 'delete'; readonly link: Link; readonly outsideId: string }

export interface Planned {
  readonly situation: Situation
  readonly action: Action
  readonly reason: Reason
  /** Of a failure: a code or the path of a field. */
  readonly detail?: string | undefined
  /** Names of the fields that are written, or wait for a decision. */
  readonly fields: readonly string[]
  readonly losers: readonly Loser[]
  readonly step: Step
}

export interface Planning {
  readonly policy: Policy
  readonly digest: Digest
  /**
   * The server may store other values than it was sent and not say so, so a change there may be its own doing: what is
   * replaced inside is always kept in the history.
   */
  readonly keepReplaced: boolean
}
