import type { Change } from './credential-store.ts'
import type { CredentialRow } from './rows.ts'
import { applyEvent, dueWarning, type Event } from './rules/state.ts'

/** The row after an event; everything else in it stays. */
export function withEvent(
  row: CredentialRow,
  event: Exclude<Event, 'refused-finally'>,
  attempt?: string,
): { readonly row: CredentialRow; readonly tell: boolean } {
  const { standing, tell } = applyEvent(row, event, attempt)
  const { noticeId, ...rest } = row
  // What was to be told of the state before is over with it.
  const kept = noticeId === undefined || standing.state !== row.state ? {} : { noticeId }
  return { row: { ...rest, ...kept, ...standing, refusals: [...standing.refusals] }, tell }
}

/** The reminder of a secret's end, where it is due and the credentials are in use. */
export function withReminder(row: CredentialRow, now: number): Change | undefined {
  const daysLeft = dueWarning(row.secretEndsAt, row.warnedDays, now)
  if (daysLeft === undefined || (row.state !== 'ok' && row.state !== 'secret-expiring')) return undefined
  const { row: next, tell } = withEvent(row, 'secret-expiring')
  return { row: { ...next, warnedDays: daysLeft }, tell, daysLeft }
}
