import { isLeased, type Lease } from './plausible.ts'
import { MAX_ATTEMPTS } from './run-state.ts'

/** The life of a subject, told from its row, and what comes of each event, as a table. */
export type SubjectState = 'absent' | 'idle' | 'waiting' | 'working' | 'running'

interface SubjectRow {
  readonly activeRun?: string | undefined
  readonly lease?: Lease | undefined
  readonly pending?: { readonly message: string; readonly attempts: number } | undefined
}

/** `waiting`: a message is under way; `working`: a worker has it at hand; `running`: a run with a row holds it. */
export function stateOf(row: SubjectRow | undefined, now: number): SubjectState {
  if (row === undefined) return 'absent'
  if (row.activeRun !== undefined) return 'running'
  if (row.pending === undefined) return 'idle'
  return isLeased(row.lease, now) ? 'working' : 'waiting'
}

export const subjectEvents = {
  /** Its entry in the index came up. `wait`: the entry stays, the end of the work or the next tick looks again. */
  due: { absent: 'drop', idle: 'send', waiting: 'wait', working: 'wait', running: 'wait' },
  /** Somebody tells of a change. What waits will see it; what is at work may have passed it. */
  notify: { absent: 'ignore', idle: 'send', waiting: 'join', working: 'remember', running: 'remember' },
  /**
   * A run with a row claims it, and its message counts no longer. `owe`: what that was to bring stays due, for a run that
   * never begins sees nothing.
   */
  claim: { absent: 'plain', idle: 'plain', waiting: 'owe', working: 'owe', running: 'plain' },
  /** Its message came to a worker, perhaps late or twice. */
  message: { absent: 'skip', idle: 'skip', waiting: 'take', working: 'leave-to-owner', running: 'skip' },
  /** Nothing was heard of its message for long. */
  overdue: { absent: 'over', idle: 'over', waiting: 'resend', working: 'wait', running: 'over' },
} as const satisfies Readonly<Record<string, Readonly<Record<SubjectState, string>>>>

export type SubjectAction<E extends keyof typeof subjectEvents> = (typeof subjectEvents)[E][SubjectState]

/**
 * Whether a run that a worker takes sees all that was told until now. One that goes on may have passed it, and a dry run or
 * one that takes back others does not do what was asked for.
 */
export function seesWhatWasTold(run: {
  readonly attempts: number
  readonly dryRun?: boolean | undefined
  readonly undoes?: string | undefined
}): boolean {
  return run.attempts === 0 && isReal(run)
}

/** Whether a run does the job's own work. */
export function isReal(run: { readonly dryRun?: boolean | undefined; readonly undoes?: string | undefined }) {
  return run.dryRun !== true && run.undoes === undefined
}

/** What a worker does with a subject of a message: only the message that the row names counts. */
export function actionOnMessage(
  row: SubjectRow | undefined,
  message: string,
  now: number,
): SubjectAction<'message'> | 'give-up' {
  if (row?.pending !== undefined && row.pending.message !== message) return 'skip'
  const action = subjectEvents.message[stateOf(row, now)]
  return action === 'take' && (row?.pending?.attempts ?? 0) >= MAX_ATTEMPTS ? 'give-up' : action
}
