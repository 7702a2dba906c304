import type { ErrorCode, Language } from '../../../shared/errors/error.ts'
import { fillIn } from '../../../shared/text.ts'

/** Steps that setting up any product has, from the facts that all products share. What to do is a code of the product's. */

export interface SetupFacts {
  readonly variables: readonly {
    readonly name: string
    readonly isSet: boolean
    /** Milliseconds since the epoch; 0 when it was never changed. */
    readonly changedAt: number
  }[]
  /** Agents that are not revoked. */
  readonly agents: readonly AgentFacts[]
  readonly jobs: readonly JobFacts[]
}

export interface AgentFacts {
  readonly name: string
  readonly status: 'connected' | 'disconnected' | 'never'
  /** The roles of the targets that it serves. */
  readonly roles: readonly string[]
}

export interface JobFacts {
  readonly token: string
  readonly scheduled: boolean
  readonly lastRun:
    | {
        readonly state: 'queued' | 'running' | 'succeeded' | 'failed' | 'stopped'
        readonly startedAt: number
        readonly code: ErrorCode | undefined
        readonly held: number | undefined
      }
    | undefined
}

export interface StepState {
  readonly step: string
  readonly state: 'done' | 'missing' | 'failing'
  /** What to do, null when nothing is. */
  readonly next: Next | null
}

/** What to do next, in the manner of the error catalogue: a stable code and parameters. */
export interface Next {
  readonly code: string
  readonly params: Readonly<Record<string, string | number>>
}

type Said = Readonly<Record<Language, string>>
export type NextTexts = Readonly<Record<string, { readonly title: Said; readonly detail: Said }>>

export const stepDone = (step: string): StepState => ({ step, state: 'done', next: null })

/** Values that are missing, or that a job found wrong with one of the `failures`. */
export function variablesStep(
  step: string,
  facts: {
    readonly missing: readonly string[]
    readonly changedAt: number
    readonly jobs: readonly JobFacts[]
  },
  failures: ReadonlySet<ErrorCode>,
): StepState {
  if (facts.missing.length > 0) {
    const names = facts.missing.join(', ')
    return { step, state: 'missing', next: { code: 'set-variables', params: { names } } }
  }
  // A run that began before the last change says nothing about the values of now.
  const refused = facts.jobs.find(
    ({ lastRun }) =>
      lastRun?.state === 'failed' &&
      lastRun.code !== undefined &&
      failures.has(lastRun.code) &&
      lastRun.startedAt > facts.changedAt,
  )
  if (refused === undefined) return stepDone(step)
  return { step, state: 'failing', next: { code: 'check-connection', params: { job: refused.token } } }
}

/** One agent that is connected is enough. */
export function agentStep(step: string, agents: readonly Omit<AgentFacts, 'roles'>[]): StepState {
  if (agents.some(({ status }) => status === 'connected')) return stepDone(step)
  const gone = agents.find(({ status }) => status === 'disconnected') ?? agents[0]
  if (gone === undefined) return { step, state: 'missing', next: { code: 'install-agent', params: {} } }
  const code = gone.status === 'never' ? 'start-agent' : 'reconnect-agent'
  return { step, state: 'failing', next: { code, params: { agent: gone.name } } }
}

/** Something runs by itself, and none of it failed. */
export function jobsStep(step: string, jobs: readonly JobFacts[]): StepState {
  const scheduled = jobs.filter((job) => job.scheduled)
  if (scheduled.length === 0) return { step, state: 'missing', next: { code: 'set-schedule', params: {} } }
  const failed = scheduled.find(({ lastRun }) => lastRun?.state === 'failed')
  return failed === undefined ? stepDone(step) : { step, state: 'failing', next: nextAfter(failed) }
}

/** What to do about a job that failed. */
export function nextAfter({ token, lastRun }: JobFacts): Next {
  return lastRun?.held === undefined
    ? { code: 'mend-job', params: { job: token } }
    : { code: 'release-or-reject', params: { job: token, count: lastRun.held } }
}

/** Where each text is missing its code stays visible. */
export function describeNext(
  { code, params }: Next,
  texts: NextTexts,
  language: Language,
): { code: string; title: string; detail: string } {
  const text = texts[code]
  if (text === undefined) return { code, title: code, detail: code }
  return { code, title: text.title[language], detail: fillIn(text.detail[language], params, language) }
}
