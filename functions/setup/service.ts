import type { AgentView, ConnectorsService } from '../connectors/service.ts'
import type { JobsService, JobView } from '../jobs/service.ts'
import type { SetupPart } from '../products/port.ts'
import type { VariablesService } from '../tenancy/variables/service.ts'
import type { JobFacts, NextTexts, SetupFacts, StepState } from './rules/steps.ts'

export interface Setup {
  /** Those of each product, with its texts. */
  readonly steps: readonly (StepState & { readonly texts: NextTexts })[]
  readonly figures: Readonly<Record<string, unknown>>
  readonly failures: Readonly<Record<string, unknown>>
  /** Jobs whose last run failed, the latest failure first. */
  readonly failedJobs: readonly JobView[]
  /** Agents that were connected once and are not. */
  readonly disconnectedAgents: readonly AgentView[]
}

export interface SetupService {
  /** What products add to what is shown. */
  readonly parts: readonly SetupPart[]
  /**
   * What is set up, what is missing, and what failed lately. Three pages and what each product reads, and one point read
   * for each job that has ever run.
   */
  look(tenantId: string): Promise<Setup>
}

export interface SetupParts {
  readonly variables: Pick<VariablesService, 'list'>
  readonly connectors: Pick<ConnectorsService, 'list'>
  readonly jobs: Pick<JobsService, 'list'>
  readonly products: readonly SetupPart[]
}

export function createSetupService(parts: SetupParts): SetupService {
  return {
    parts: parts.products,
    async look(tenantId) {
      const [variables, agents, jobs, readings] = await Promise.all([
        parts.variables.list(tenantId),
        parts.connectors.list(tenantId),
        parts.jobs.list(tenantId),
        Promise.all(parts.products.map((product) => product.read(tenantId))),
      ])
      const facts: SetupFacts = {
        variables: variables.map(({ name, isSet, updatedAt }) => ({
          ...{ name, isSet, changedAt: Date.parse(updatedAt ?? '') || 0 },
        })),
        agents: agents.flatMap(({ name, status, roles }) =>
          status === 'revoked' ? [] : [{ name, status, roles }],
        ),
        jobs: jobs.map(factsOf),
      }
      const failedJobs = jobs
        .filter(({ lastRun }) => lastRun?.state === 'failed')
        .sort((a, b) => endOf(b) - endOf(a))
      return {
        steps: parts.products.flatMap((product, index) =>
          (readings[index]?.judge(facts) ?? []).map((step) => ({ ...step, texts: product.next })),
        ),
        figures: Object.assign({}, ...readings.map(({ figures }) => figures)),
        failures: Object.assign({}, ...readings.map(({ failures }) => failures)),
        failedJobs,
        disconnectedAgents: agents.filter(({ status }) => status === 'disconnected'),
      }
    },
  }
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
