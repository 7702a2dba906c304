import { toConnection } from '../../functions/hr/sage/connection.ts'
import type { SageSession } from '../../functions/hr/sage/port.ts'
import { SageProfile } from '../../functions/hr/sage/profile.ts'
import type { SageService } from '../../functions/hr/sage/service.ts'
import {
  type Change,
  type Counts,
  type JobDefinition,
  type RunContext,
  RunHeld,
} from '../../functions/jobs/port.ts'
import type { LogParams } from '../../functions/jobs/rules/run-texts.ts'
import type { Clock } from '../../shared/clock.ts'

export const TENANT = 'tenant001'

export interface Logged {
  readonly level: string
  readonly code: string
  readonly params: LogParams
}

/** Runs a job as a worker would, without one. */
export async function runOnce(
  job: JobDefinition,
  options: { readonly dryRun?: boolean; readonly signal?: AbortSignal } = {},
): Promise<{ counts: Counts; log: readonly Logged[]; changes: readonly Change[] }> {
  return inContext(job, options, (context) =>
    job.kind === 'work' ? job.run(context) : Promise.reject(notWork),
  )
}

/** Takes a run back, newest change first, as the worker hands them over. */
export async function undoOnce(
  job: JobDefinition,
  changes: readonly Change[],
  options: { dryRun?: boolean } = {},
) {
  return inContext(job, options, (context) =>
    job.kind === 'work' && job.undo !== undefined
      ? job.undo(context, changes.toReversed())
      : Promise.reject(notWork),
  )
}

const notWork = new Error('this job cannot do that by itself')

async function inContext(
  job: JobDefinition,
  options: { readonly dryRun?: boolean; readonly signal?: AbortSignal },
  work: (context: RunContext) => Promise<Counts>,
) {
  if (job.kind !== 'work') throw notWork
  const changes: Change[] = []
  const log: Logged[] = []
  const context: RunContext = {
    tenantId: TENANT,
    runId: 'run',
    subject: undefined,
    agentId: undefined,
    approved: undefined,
    signal: options.signal ?? new AbortController().signal,
    dryRun: options.dryRun ?? false,
    log: (level, code, params = {}) => log.push({ level, code, params }),
    record: async (recorded) => void changes.push(...recorded),
    saved: undefined,
    progress: async () => undefined,
    mayGoOn: () => true,
  }
  try {
    return { counts: await work(context), log, changes }
  } catch (error) {
    if (error instanceof RunHeld) throw new Error('held')
    throw error
  }
}

export const codesOf = (log: readonly Logged[]) => log.map(({ code }) => code)

/** A Sage whose session the test plays. */
export function sageWith(
  session: Partial<SageSession>,
  clock: Clock,
): Pick<SageService, 'connect'> & { connected: number } {
  const never = () => {
    throw new Error('this test does not expect such a call')
  }
  const whole: SageSession = {
    get: never,
    getText: never,
    postOnce: never,
    ready: async () => undefined,
    ...session,
  }
  const profile = SageProfile.parse({})
  const connection = toConnection({ agentName: 'agent', session: whole, profile, now: clock.now })
  const sage = {
    connected: 0,
    async connect() {
      sage.connected += 1
      return connection
    },
  }
  return sage
}

/** An answer as Sage pages it. */
export function pageOf(rows: readonly unknown[], query: Readonly<Record<string, string>> = {}) {
  const skip = Number(query['options[Skip]'] ?? 0)
  const take = Number(query['options[Take]'] ?? 500)
  return { Results: rows.slice(skip, skip + take), Total: rows.length }
}
