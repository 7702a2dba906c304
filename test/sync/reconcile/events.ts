import type { Condition } from '../../../functions/sync/reconcile/rules/conditions.ts'
import type { Policy } from '../../../functions/sync/reconcile/rules/decide.ts'

/** What can happen to the two sides; `pick` chooses among what is there. */
export type Event =
  | { readonly kind: 'inside-create' }
  | { readonly kind: 'inside-change'; readonly pick: number; readonly field: Field; readonly clear: boolean }
  | { readonly kind: 'inside-delete'; readonly pick: number }
  | { readonly kind: 'inside-mark'; readonly pick: number; readonly ineligible: boolean }
  | { readonly kind: 'outside-create'; readonly condition: Condition | undefined }
  | { readonly kind: 'outside-change'; readonly pick: number; readonly field: Field; readonly clear: boolean }
  | { readonly kind: 'outside-delete'; readonly pick: number }
  | { readonly kind: 'outside-mark'; readonly pick: number; readonly condition: Condition | undefined }
  | { readonly kind: 'outside-touch'; readonly pick: number }
  | { readonly kind: 'same-change'; readonly pick: number; readonly field: Field }
  | { readonly kind: 'decide'; readonly pick: number; readonly take: 'inside' | 'outside' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'switch'; readonly direction: 'export' | 'import'; readonly on: boolean }
  /** Between two-way and full. */
  | { readonly kind: 'switch-mode' }
  | { readonly kind: 'dry-run' }
  | { readonly kind: 'run'; readonly fault: Fault }

export type Field = 'a' | 'b'

export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'kill'; readonly step: number }
  | { readonly kind: 'lose-answers'; readonly outside: number; readonly inside: number }
  | { readonly kind: 'late-creation' }
  | { readonly kind: 'unavailable'; readonly after: number }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'repeats' }
  /** Somebody writes just before the engine does. */
  | { readonly kind: 'race'; readonly writes: number; readonly field: Field }
  | { readonly kind: 'refuse'; readonly pick: number }
  /** A second run at the same time, as after a worker that was taken for dead. */
  | { readonly kind: 'twice' }

export interface Setting {
  readonly policy: Partial<Policy>
  readonly answersVersions: boolean
  readonly keepsStamps: boolean
  readonly listsContent: boolean
  /** The server keeps lower-case letters only, and does or does not say so before. */
  readonly rewrites: 'no' | 'declared' | 'undeclared'
  readonly parallel: number
}
