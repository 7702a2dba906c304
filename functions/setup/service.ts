import type { AgentView, ConnectorsService } from '../connectors/service.ts'
import type { BookingsService } from '../hr/bookings/service.ts'
import type { PeopleService } from '../hr/people/service.ts'
import type { JobsService, JobView } from '../jobs/service.ts'
import {
  SAGE_BASE_URL,
  SAGE_PASSWORD,
  SAGE_USERNAME,
  type VariablesService,
  type VariableView,
} from '../tenancy/variables/service.ts'
import { type JobFacts, judgeSetup, type StepState } from './rules/steps.ts'

const NEEDED = [SAGE_BASE_URL, SAGE_USERNAME, SAGE_PASSWORD]

export interface Setup {
  readonly steps: readonly StepState[]
  readonly people: number
  /** Jobs whose last run failed, the latest failure first. */
  readonly failedJobs: readonly JobView[]
  readonly failedBookings: { readonly count: number; readonly more: boolean }
  /** Agents that were connected once and are not. */
  readonly disconnectedAgents: readonly AgentView[]
}

export interface SetupService {
  /**
   * What is set up, what is missing, and what failed lately. Six pages or point reads, and one point read for each job
   * that has ever run.
   */
  look(tenantId: string): Promise<Setup>
}

export interface SetupParts {
  readonly variables: Pick<VariablesService, 'list'>
  readonly connectors: Pick<ConnectorsService, 'list'>
  readonly jobs: Pick<JobsService, 'list'>
  readonly people: Pick<PeopleService, 'total'>
  readonly bookings: Pick<BookingsService, 'count'>
}

export function createSetupService(parts: SetupParts): SetupService {
  return {
    async look(tenantId) {
      const [variables, agents, jobs, people, failedBookings] = await Promise.all([
        parts.variables.list(tenantId),
        parts.connectors.list(tenantId),
        parts.jobs.list(tenantId),
        parts.people.total(tenantId),
        parts.bookings.count(tenantId, 'failed'),
      ])
      const steps = judgeSetup({
        missingVariables: NEEDED.filter((name) => !isSet(variables, name)),
        variablesChangedAt: Math.max(
          0,
          ...variables.map(({ updatedAt }) => Date.parse(updatedAt ?? '') || 0),
        ),
        agents: agents.flatMap(({ name, status, category }) =>
          category === 'sage' && status !== 'revoked' ? [{ name, status }] : [],
        ),
        jobs: jobs.map(factsOf),
        people,
      })
      const failedJobs = jobs
        .filter(({ lastRun }) => lastRun?.state === 'failed')
        .sort((a, b) => endOf(b) - endOf(a))
      const disconnectedAgents = agents.filter(({ status }) => status === 'disconnected')
      return { steps, people, failedJobs, failedBookings, disconnectedAgents }
    },
  }
}

function isSet(variables: readonly VariableView[], name: string): boolean {
  return variables.some((variable) => variable.name === name && variable.isSet)
}

function factsOf({ token, schedule, lastRun }: JobView): JobFacts {
  return {
    token,
    scheduled: schedule !== undefined,
    lastRun:
      lastRun === undefined
        ? undefined
        : {
            state: lastRun.state,
            startedAt: lastRun.startedAt ?? lastRun.queuedAt,
            code: lastRun.error?.code,
            held: lastRun.held?.count,
          },
  }
}

const endOf = ({ lastRun }: JobView) => lastRun?.finishedAt ?? lastRun?.queuedAt ?? 0
