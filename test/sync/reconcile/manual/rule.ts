import type { Condition } from '../../../../functions/sync/reconcile/rules/conditions.ts'
import type { Policy } from '../../../../functions/sync/reconcile/rules/decide.ts'
import type { Fields } from '../../../../functions/sync/reconcile/rules/item.ts'
import type { Mode } from '../../../../functions/sync/reconcile/rules/modes.ts'
import type { Pair } from '../memory/pair.ts'

/** A sentence of a manual. Unless a row says otherwise, one item `x` is on both sides before. */
export interface Rule {
  readonly place: string
  readonly mode: Mode
  readonly policy?: Partial<Policy>
  /** Nothing is on either side before. */
  readonly empty?: boolean
  readonly happens: (pair: Pair, outsideId: string) => void | Promise<void>
  readonly inside: readonly (string | Fields)[]
  readonly outside: readonly (string | Fields)[]
  readonly active?: boolean
  readonly flagged?: boolean
  readonly reason?: string
}

export const change =
  (title: string, more: Fields = {}) =>
  ({ inside }: Pair) =>
    inside.userChange('x', { title, ...more })
export const changeOutside =
  (title: string, more: Fields = {}) =>
  ({ outside }: Pair, id: string) =>
    outside.userChange(id, { title, ...more })
export const remove = ({ inside }: Pair) => inside.userDelete('x')
export const removeOutside = ({ outside }: Pair, id: string) => outside.userDelete(id)
export const mark =
  (...conditions: Condition[]) =>
  ({ outside }: Pair, id: string) =>
    outside.userMark(id, conditions)
export const createOutside =
  (title: string, ...conditions: Condition[]) =>
  ({ outside }: Pair) => {
    outside.userCreate({ title }, { conditions })
  }
export const all =
  (...steps: Rule['happens'][]): Rule['happens'] =>
  async (pair, id) => {
    for (const step of steps) await step(pair, id)
  }
export const run = async (pair: Pair) => {
  await pair.run()
}
