import type { LogLevel } from './rows.ts'
import type { LogCode, LogParams } from './rules/texts.ts'

/** What a job is given to do its work. */
export interface RunContext {
  readonly tenantId: string
  readonly runId: string
  /** The agent that the admin chose for this job. */
  readonly agentId: string | undefined
  /** Digest of the deactivations that were released by hand. */
  readonly approved: string | undefined
  /** Aborted when the run is stopped or another worker has taken it over. */
  readonly signal: AbortSignal
  log(level: LogLevel, code: LogCode, params?: LogParams): void
}

export type Counts = Readonly<Record<string, number>>

/** Thrown by a job that wants approval before it deactivates. */
export class RunHeld extends Error {
  readonly held: {
    readonly count: number
    readonly limit: number
    readonly total: number
    readonly digest: string
  }

  constructor(held: RunHeld['held']) {
    super('held for approval')
    this.name = 'RunHeld'
    this.held = held
  }
}

interface JobBase {
  /** As in A7; stable. */
  readonly token: string
  readonly category: 'SageSkripte'
  readonly position: number
}

export type JobDefinition =
  | (JobBase & { readonly kind: 'work'; run(context: RunContext): Promise<Counts> })
  | (JobBase & { readonly kind: 'sequence'; readonly children: readonly string[] })
