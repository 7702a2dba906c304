import type { ErrorCode } from '../../../shared/errors/error.ts'
import type { Next } from './texts.ts'

/** The way from nothing to a site that keeps itself up to date, in this order. */
export const setupSteps = ['variables', 'agent', 'jobs', 'people'] as const
export type SetupStep = (typeof setupSteps)[number]

export interface SetupFacts {
  /** Names of the variables that must be set and are not. */
  readonly missingVariables: readonly string[]
  /** Milliseconds since the epoch of the latest change to a variable. */
  readonly variablesChangedAt: number
  /** Agents for Sage that are not revoked. */
  readonly agents: readonly {
    readonly name: string
    readonly status: 'connected' | 'disconnected' | 'never'
  }[]
  readonly jobs: readonly JobFacts[]
  readonly people: number
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
  readonly step: SetupStep
  readonly state: 'done' | 'missing' | 'failing'
  /** What to do, null when nothing is. */
  readonly next: Next | null
}

/** The job whose runs bring the people. */
const PEOPLE_JOB = 'SysSageSyncPersonen'

/** Failures that are mended by changing the variables. */
const variableFailures: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'variable-missing',
  'sage-sign-in-rejected',
  'sage-not-json',
  'sage-database-needed',
  'sage-database-unknown',
  'target-unreachable',
  'target-not-allowed',
])

const done = (step: SetupStep): StepState => ({ step, state: 'done', next: null })

/** Where a tenant is on the way. */
export function judgeSetup(facts: SetupFacts): readonly StepState[] {
  return [variablesStep(facts), agentStep(facts), jobsStep(facts), peopleStep(facts)]
}

function variablesStep({ missingVariables, variablesChangedAt, jobs }: SetupFacts): StepState {
  if (missingVariables.length > 0) {
    const names = missingVariables.join(', ')
    return { step: 'variables', state: 'missing', next: { code: 'set-variables', params: { names } } }
  }
  // A run that began before the last change says nothing about the values of now.
  const refused = jobs.find(
    ({ lastRun }) =>
      lastRun?.state === 'failed' &&
      lastRun.code !== undefined &&
      variableFailures.has(lastRun.code) &&
      lastRun.startedAt > variablesChangedAt,
  )
  if (refused === undefined) return done('variables')
  return {
    step: 'variables',
    state: 'failing',
    next: { code: 'check-connection', params: { job: refused.token } },
  }
}

function agentStep({ agents }: SetupFacts): StepState {
  if (agents.some(({ status }) => status === 'connected')) return done('agent')
  const gone = agents.find(({ status }) => status === 'disconnected') ?? agents[0]
  if (gone === undefined)
    return { step: 'agent', state: 'missing', next: { code: 'install-agent', params: {} } }
  const code = gone.status === 'never' ? 'start-agent' : 'reconnect-agent'
  return { step: 'agent', state: 'failing', next: { code, params: { agent: gone.name } } }
}

function jobsStep({ jobs }: SetupFacts): StepState {
  const scheduled = jobs.filter((job) => job.scheduled)
  if (scheduled.length === 0)
    return { step: 'jobs', state: 'missing', next: { code: 'set-schedule', params: {} } }
  const failed = scheduled.find(({ lastRun }) => lastRun?.state === 'failed')
  if (failed === undefined) return done('jobs')
  return { step: 'jobs', state: 'failing', next: nextAfter(failed) }
}

function peopleStep({ people, jobs }: SetupFacts): StepState {
  const job = jobs.find(({ token }) => token === PEOPLE_JOB)
  if (job?.lastRun?.state === 'failed') return { step: 'people', state: 'failing', next: nextAfter(job) }
  if (people > 0) return done('people')
  return { step: 'people', state: 'missing', next: { code: 'sync-people', params: {} } }
}

function nextAfter({ token, lastRun }: JobFacts): Next {
  return lastRun?.held === undefined
    ? { code: 'mend-job', params: { job: token } }
    : { code: 'release-or-reject', params: { job: token, count: lastRun.held } }
}
