import { z } from 'zod'
import type { Language } from '../../shared/errors/error.ts'
import { Agent, shownAgent } from '../connectors/presentation.ts'
import { everyone, type Scope } from '../http/principal.ts'
import { Run, toRunView } from '../jobs/presentation.ts'
import { setupSteps } from './rules/steps.ts'
import { describeNext, type NextCode, nextTexts } from './rules/texts.ts'
import type { Setup } from './service.ts'

const Next = z
  .object({
    code: z
      .enum(Object.keys(nextTexts) as [NextCode, ...NextCode[]])
      .meta({ description: 'Stable; programs decide by it.' }),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    title: z.string(),
    detail: z.string(),
  })
  .meta({ id: 'SetupNext' })

export const SetupView = z
  .object({
    complete: z.boolean(),
    steps: z.array(
      z.object({
        step: z.enum(setupSteps),
        state: z.enum(['done', 'missing', 'failing']),
        next: Next.nullable().meta({ description: 'What to do; null when the step is done.' }),
      }),
    ),
    people: z.int().meta({ description: 'How many people there are.' }),
    failures: z.object({
      runs: z.array(Run).meta({ description: 'The last run of each job where it failed, latest first.' }),
      bookings: z.object({
        count: z.int(),
        more: z.boolean().meta({ description: 'True when there are more than counted.' }),
      }),
      agents: z.array(Agent).meta({ description: 'Agents that were connected and are not.' }),
    }),
  })
  .meta({ id: 'Setup' })

export function shownSetup(
  setup: Setup,
  language: Language,
  scope: Scope = everyone,
): z.input<typeof SetupView> {
  return {
    complete: setup.steps.every(({ state }) => state === 'done'),
    steps: setup.steps.map(({ step, state, next }) => ({
      step,
      state,
      next:
        next === null
          ? null
          : { ...describeNext(next, language), code: next.code, params: { ...next.params } },
    })),
    people: setup.people,
    failures: {
      runs: setup.failedJobs.flatMap(({ lastRun }) =>
        lastRun === undefined ? [] : [toRunView(lastRun, language, scope)],
      ),
      bookings: setup.failedBookings,
      agents: setup.disconnectedAgents.map(shownAgent),
    },
  }
}
