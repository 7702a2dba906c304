import type { Stamped } from '../kept-rows.ts'
import type { Log } from '../log.ts'
import type { ActionTexts, Mirror } from './mirror.ts'
import type { LeftOut } from './rules/listing.ts'
import type { Executed } from './write.ts'

/** Lines about single rows that were left out; the rest is one line with the number of all. */
const LINES_LEFT_OUT = 100

export function reportActions<Item, Row extends Stamped>(
  executed: readonly Executed<Item, Row>[],
  mirror: Mirror<Item, Row>,
  texts: ActionTexts,
  log: Log,
): void {
  for (const { action, before } of executed) {
    switch (action.kind) {
      case 'create':
        log('info', texts.create, mirror.texts.about(action.key, action.item))
        break
      case 'update':
      case 'reactivate': {
        const fields = action.changed.join(', ')
        log('info', texts.update, { ...mirror.texts.about(action.key, action.item), fields })
        break
      }
      case 'deactivate':
        log('info', texts.deactivate, mirror.texts.about(action.key, before))
        break
    }
  }
}

/** Names the rows of a source that count for nothing, and why. */
export function reportLeftOut(leftOut: readonly LeftOut<unknown>[], path: string, log: Log): void {
  for (const { about, problem } of leftOut.slice(0, LINES_LEFT_OUT)) {
    switch (problem.kind) {
      case 'field': {
        const { field, value } = problem
        if (value === undefined) log('warning', 'row-lacks-field', { path, about, field })
        else log('warning', 'row-left-out', { path, about, field, value })
        break
      }
      case 'repeated':
        log('warning', 'row-repeated', { path, about })
        break
      case 'ambiguous':
        log('warning', 'row-ambiguous', { path, about })
        break
    }
  }
  if (leftOut.length > 0) log('warning', 'rows-left-out', { path, count: leftOut.length })
}

export function reportPutOff(count: number, path: string, log: Log): void {
  if (count > 0) log('warning', 'deactivations-put-off', { path, count })
}
