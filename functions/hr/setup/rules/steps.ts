import type { ErrorCode } from '../../../../shared/errors/error.ts'
import {
  type AgentFacts,
  agentStep,
  type JobFacts,
  jobsStep,
  nextAfter,
  type StepState,
  stepDone,
  variablesStep,
} from '../../../setup/rules/steps.ts'

/** The way from nothing to a site that keeps itself up to date, in this order. */
export const sageSteps = ['variables', 'agent', 'jobs', 'people'] as const

export interface SageSetupFacts {
  /** Names of the variables that must be set and are not. */
  readonly missingVariables: readonly string[]
  /** Milliseconds since the epoch of the latest change to a variable. */
  readonly variablesChangedAt: number
  /** Agents for Sage that are not revoked. */
  readonly agents: readonly Omit<AgentFacts, 'roles'>[]
  readonly jobs: readonly JobFacts[]
  readonly people: number
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

/** Where a tenant is on the way. */
export function judgeSetup(facts: SageSetupFacts): readonly StepState[] {
  const { missingVariables: missing, variablesChangedAt: changedAt, agents, jobs } = facts
  return [
    variablesStep('variables', { missing, changedAt, jobs }, variableFailures),
    agentStep('agent', agents),
    jobsStep('jobs', jobs),
    peopleStep(facts),
  ]
}

function peopleStep({ people, jobs }: SageSetupFacts): StepState {
  const job = jobs.find(({ token }) => token === PEOPLE_JOB)
  if (job?.lastRun?.state === 'failed') return { step: 'people', state: 'failing', next: nextAfter(job) }
  if (people > 0) return stepDone('people')
  return { step: 'people', state: 'missing', next: { code: 'sync-people', params: {} } }
}
