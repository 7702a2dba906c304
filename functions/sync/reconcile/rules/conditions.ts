/**
 * What is looked at before the table of the mode: marks of an item that take it out of the synchronisation, or let it
 * go one way only. Each mark says what it does to an item that both sides know, and to one that is new.
 */
import type { Mode } from './modes.ts'

export type Condition =
  | 'private'
  | 'series'
  /** Neither begins nor ends in the period; says only what comes in. */
  | 'outside-window'
  /** Holds what the other side has no words for. */
  | 'not-representable'
  /** Has guests: a write outside could send them mails. */
  | 'meeting'
  /** Lacks what its kind needs: a task without a due date, a contact that is not active. */
  | 'ineligible'

export type Effect =
  /** None: the table of the mode decides. */
  | 'table'
  /** Stays unknown, for as long as it is so. */
  | 'leave-out'
  /** "Sync active" off, for as long as it is so. */
  | 'take-out'
  /** As if it were no longer there: the next change inside makes another one beside it. */
  | 'as-deleted'
  /** Changes come in and none goes out. */
  | 'inwards'
  | 'refuse'

type Effects = Readonly<Record<Condition, Readonly<Record<Mode, Effect>>>>

/** Of an outside item that is linked. */
export const linkedEffects: Effects = {
  // biome-ignore format: a table
  private:             { export: 'as-deleted', 'one-way': 'as-deleted', 'two-way': 'take-out', full: 'take-out', contacts: 'as-deleted' },
  // biome-ignore format: a table
  series:              { export: 'as-deleted', 'one-way': 'as-deleted', 'two-way': 'take-out', full: 'take-out', contacts: 'as-deleted' },
  // biome-ignore format: a table
  'outside-window':    { export: 'table',      'one-way': 'table',      'two-way': 'table',    full: 'table',    contacts: 'table' },
  // biome-ignore format: a table
  'not-representable': { export: 'table',      'one-way': 'refuse',     'two-way': 'refuse',   full: 'refuse',   contacts: 'refuse' },
  // biome-ignore format: a table
  meeting:             { export: 'inwards',    'one-way': 'inwards',    'two-way': 'inwards',  full: 'inwards',  contacts: 'inwards' },
  // biome-ignore format: a table
  ineligible:          { export: 'table',      'one-way': 'table',      'two-way': 'take-out', full: 'take-out', contacts: 'table' },
}

/** Of an outside item that nothing inside belongs to. */
export const unlinkedEffects: Effects = {
  // biome-ignore format: a table
  private:             { export: 'table', 'one-way': 'table', 'two-way': 'table', full: 'leave-out', contacts: 'table' },
  // biome-ignore format: a table
  series:              { export: 'table', 'one-way': 'table', 'two-way': 'table', full: 'leave-out', contacts: 'table' },
  // biome-ignore format: a table
  'outside-window':    { export: 'table', 'one-way': 'table', 'two-way': 'table', full: 'leave-out', contacts: 'table' },
  // biome-ignore format: a table
  'not-representable': { export: 'table', 'one-way': 'table', 'two-way': 'table', full: 'refuse',    contacts: 'table' },
  // biome-ignore format: a table
  meeting:             { export: 'table', 'one-way': 'table', 'two-way': 'table', full: 'table',     contacts: 'table' },
  // biome-ignore format: a table
  ineligible:          { export: 'table', 'one-way': 'table', 'two-way': 'table', full: 'leave-out', contacts: 'table' },
}

/** When several apply, the first of these does. */
const precedence: readonly Effect[] = ['refuse', 'take-out', 'as-deleted', 'leave-out', 'inwards']

export interface Applied {
  readonly effect: Effect
  readonly condition: Condition | undefined
}

/** @param conditions without `series` when the account synchronises series */
export function effectOf(effects: Effects, mode: Mode, conditions: readonly Condition[]): Applied {
  for (const effect of precedence) {
    const condition = conditions.find((each) => effects[each][mode] === effect)
    if (condition !== undefined) return { effect, condition }
  }
  return { effect: 'table', condition: undefined }
}
