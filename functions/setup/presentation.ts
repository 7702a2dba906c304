import { z } from 'zod'
import type { Language } from '../../shared/errors/error.ts'
import { Agent, shownAgent } from '../connectors/presentation.ts'
import { everyone, type Scope } from '../http/principal.ts'
import { Run, toRunView } from '../jobs/presentation.ts'
import type { RunTexts } from '../jobs/rules/run-texts.ts'
import type { SetupPart } from '../products/port.ts'
import { describeNext } from './rules/steps.ts'
import type { Setup } from './service.ts'

/** What is shown of setting up, with what each product adds. */
export function setupSchema(parts: readonly SetupPart[]) {
  const codes = [...new Set(parts.flatMap(({ next }) => Object.keys(next)))]
  const Next = z
    .object({
      code: z.enum(codes).meta({ description: 'Stable; programs decide by it.' }),
      params: z.record(z.string(), z.union([z.string(), z.number()])),
      title: z.string(),
      detail: z.string(),
    })
    .meta({ id: 'SetupNext' })
  const figures: Record<string, z.ZodType> = Object.assign({}, ...parts.map(({ schema }) => schema.figures))
  const failures: Record<string, z.ZodType> = Object.assign({}, ...parts.map(({ schema }) => schema.failures))

  return z
    .object({
      complete: z.boolean(),
      steps: z.array(
        z.object({
          step: z.enum(parts.flatMap(({ steps }) => steps)),
          state: z.enum(['done', 'missing', 'failing']),
          next: Next.nullable().meta({ description: 'What to do; null when the step is done.' }),
        }),
      ),
      ...figures,
      failures: z.object({
        runs: z.array(Run).meta({ description: 'The last run of each job where it failed, latest first.' }),
        ...failures,
        agents: z.array(Agent).meta({ description: 'Agents that were connected and are not.' }),
      }),
    })
    .meta({ id: 'Setup' })
}

/** As `setupViewOf` describes it. */
export function toSetupView(setup: Setup, texts: RunTexts, language: Language, scope: Scope = everyone) {
  return {
    complete: setup.steps.every(({ state }) => state === 'done'),
    steps: setup.steps.map(({ step, state, next, texts: own }) => ({
      step,
      state,
      next:
        next === null
          ? null
          : { ...describeNext(next, own, language), code: next.code, params: { ...next.params } },
    })),
    ...setup.figures,
    failures: {
      runs: setup.failedJobs.flatMap(({ lastRun }) =>
        lastRun === undefined ? [] : [toRunView(lastRun, texts, language, scope)],
      ),
      ...setup.failures,
      agents: setup.disconnectedAgents.map(shownAgent),
    },
  }
}
