import { type Presence, statusOf } from '../../connectors/rules/status.ts'

type Values = Readonly<Record<string, string | number | boolean>>

/** A write of one row. */
export interface RowChange {
  readonly key: string
  /** Undefined when it was not there, or is not known. */
  readonly before: Values | undefined
  /** Undefined when it was deleted. */
  readonly after: Values | undefined
}

/** Whether somebody who looks can see a write. When in doubt, yes. */
export type IsNews = (change: RowChange) => boolean

/** News unless only these properties have changed. */
export function exceptIn(...names: readonly string[]): IsNews {
  return ({ before, after }) => {
    if (before === undefined || after === undefined) return true
    const all = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...all].some((name) => !names.includes(name) && before[name] !== after[name])
  }
}

/** A sign of life is news only after a silence. */
export const agentNews: IsNews = (change) => {
  if (exceptIn('lastSeen')(change)) return true
  const { before, after } = change
  const now = Number(after?.lastSeen)
  return statusOf((before ?? {}) as Presence, now) !== statusOf((after ?? {}) as Presence, now)
}

/** New sessions, and when they were seen, change nothing for the others. */
export const sessionNews: IsNews = ({ after }) => after === undefined

export function onlyKey(wanted: string): IsNews {
  return ({ key }) => key === wanted
}
