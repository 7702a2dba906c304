import { type Presence, statusOf } from '../../connectors/rules/status.ts'

export type Values = Readonly<Record<string, string | number | boolean>>

/** What of a write decides whether somebody who looks can see it. */
export interface Visibility {
  /** By the write alone; `after` is undefined when the row was deleted. Always when it does not say. */
  readonly concerns?: (key: string, after: Values | undefined) => boolean
  /** Whether a row that was there can be seen to have changed. Asked when it is known what it was; else it has. */
  readonly differs?: (before: Values, after: Values) => boolean
  /** Rows that are written without a condition: what was before is what this process saw last, whoever may have written since. */
  readonly blind?: (key: string) => boolean
}

/** Differs unless only these properties have changed. */
export function exceptIn(...names: readonly string[]): NonNullable<Visibility['differs']> {
  return (before, after) => {
    const all = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...all].some((name) => !names.includes(name) && before[name] !== after[name])
  }
}

const exceptSign = exceptIn('lastSeen')

/** A sign of life is news only after a silence. */
export const agentDiffers: NonNullable<Visibility['differs']> = (before, after) => {
  const now = Number(after.lastSeen)
  return exceptSign(before, after) || statusOf(before as Presence, now) !== statusOf(after as Presence, now)
}
