import type { ErrorCode } from '../../shared/errors/error.ts'
import type { LogLevel, Schedule } from './rows.ts'
import type { CountTexts, LogArguments, LogTexts, RunTexts } from './rules/run-texts.ts'
import type { JobTexts } from './rules/texts.ts'

export type { CountTexts, LogTexts, RunTexts }

/** What a job is given to do its work. `T` are the texts of its product; those of all jobs are there besides. */
export interface RunContext<T extends LogTexts = LogTexts> {
  readonly tenantId: string
  readonly runId: string
  /** What the run is about; undefined for jobs whose runs have no subjects. */
  readonly subject: string | undefined
  /** The agent that the admin chose for this job. */
  readonly agentId: string | undefined
  /** Digest of the deactivations that were released by hand. */
  readonly approved: string | undefined
  /** Aborted when the run is stopped, another worker has taken it over, or this hub ends. */
  readonly signal: AbortSignal
  /** Plan and log what would be done, and write nothing. */
  readonly dryRun: boolean
  /** Writes a line of these texts, with the parameters that it names. */
  log<C extends keyof (T & JobTexts) & string>(
    level: LogLevel,
    code: C,
    ...params: LogArguments<T & JobTexts, C>
  ): void
  /** Keeps what is about to be changed, so that the run can be undone. Call it before the write itself. */
  record(changes: readonly Change[]): Promise<void>
  /**
   * What an attempt before this one saved, or the run before this one when it did not end well: checked by the job, because
   * another version may have written it. Undefined when there is nothing.
   */
  readonly saved: unknown
  /** Shows how far the run is, and keeps what the next attempt needs to go on from here. One read and one write. */
  progress(progress: Progress): Promise<void>
  /**
   * False when the time of a slice is used up or the hub ends: then the job saves its progress and throws `RunGoesOn`.
   * Work is cut well below the time-out of the host, which ends everything in its process.
   */
  mayGoOn(): boolean
}

export interface Progress {
  readonly done: number
  /** Null while nobody knows. */
  readonly total: number | null
  /** Any JSON of at most 30,000 characters. Absent: what was saved before stays. */
  readonly saved?: unknown
}

/** Thrown by a job that has done a part and goes on in a new message. That is no failure. */
export class RunGoesOn extends Error {
  constructor() {
    super('goes on in a new message')
    this.name = 'RunGoesOn'
  }
}

/** What a run of a subject returns that found nothing to do and changed nothing: it leaves a counter and no row. */
export const QUIET = 'quiet'

/** One item that a run changed. */
export interface Change {
  readonly id: string
  /** The item before, as text; null when there was none. */
  readonly before: string | null
  /** Fingerprint of the item as the run wrote it: what differs now was changed since. */
  readonly after: string
}

export type Counts = Readonly<Record<string, number>>

/** Failures that say a run waits for approval: their texts name `{count}`, `{limit}`, `{total}`, `{job}`, `{run}`. */
export type HoldCode = Extract<ErrorCode, 'deactivation-guard'>

/** Thrown by a job that wants approval before it goes on. */
export class RunHeld extends Error {
  readonly held: {
    readonly count: number
    readonly limit: number
    readonly total: number
    readonly digest: string
  }
  readonly code: HoldCode

  constructor(held: RunHeld['held'], code: HoldCode = 'deactivation-guard') {
    super('held for approval')
    this.name = 'RunHeld'
    this.held = held
    this.code = code
  }
}

interface JobBase {
  /** As in A7; stable. */
  readonly token: string
  readonly category: string
  readonly position: number
  /** Applies from the first agent on, until the admin sets another or takes it away. Without one it runs on demand. */
  readonly schedule?: Schedule
}

/** Takes back what a run changed, newest change first. Must be safe to run again, as `run`. */
type Undo = (context: RunContext, changes: readonly Change[]) => Promise<Counts>

export type JobDefinition =
  | (JobBase & {
      readonly kind: 'work'
      run(context: RunContext): Promise<Counts>
      /**
       * Asked before a scheduled run, and cheap: with nothing to do the schedule moves on without one. A run by hand always
       * runs.
       */
      hasWork?(tenantId: string): Promise<boolean>
      undo?: Undo
    })
  | (JobBase & {
      /** Each subject has a schedule and runs of its own; those that are due at the same time share a message. */
      readonly kind: 'subjects'
      run(context: RunContext): Promise<Counts | typeof QUIET>
      undo?: Undo
    })
  | (JobBase & { readonly kind: 'sequence'; readonly children: readonly string[] })
