import { z } from 'zod'
import type { SetupPart } from '../../products/port.ts'
import type { BookingsService } from '../bookings/service.ts'
import type { PeopleService } from '../people/service.ts'
import { judgeSetup, sageSteps } from './rules/steps.ts'
import { sageNext } from './rules/texts.ts'

/** Setting up Sage for a tenant: two reads besides those that all products share. */
export function sageSetup(parts: {
  /** Tokens of its jobs. */
  readonly jobs: readonly string[]
  /** Names of its variables, and of those that must be set. */
  readonly variables: readonly string[]
  readonly needed: readonly string[]
  /** What its two reads read. */
  readonly tables: SetupPart['tables']
  readonly people: Pick<PeopleService, 'total'>
  readonly bookings: Pick<BookingsService, 'count'>
}): SetupPart {
  return {
    steps: sageSteps,
    tables: parts.tables,
    next: sageNext,
    schema: {
      figures: { people: z.int().meta({ description: 'How many people there are.' }) },
      failures: {
        bookings: z.object({
          count: z.int(),
          more: z.boolean().meta({ description: 'True when there are more than counted.' }),
        }),
      },
    },
    async read(tenantId) {
      const [people, bookings] = await Promise.all([
        parts.people.total(tenantId),
        parts.bookings.count(tenantId, 'failed'),
      ])
      return {
        figures: { people },
        failures: { bookings },
        judge({ variables, agents, jobs }) {
          const own = variables.filter(({ name }) => parts.variables.includes(name))
          return judgeSetup({
            missingVariables: parts.needed.filter(
              (name) => !own.some((one) => one.name === name && one.isSet),
            ),
            variablesChangedAt: Math.max(0, ...own.map(({ changedAt }) => changedAt)),
            agents: agents.filter(({ roles }) => roles.includes('sage')),
            jobs: jobs.filter(({ token }) => parts.jobs.includes(token)),
            people,
          })
        },
      }
    },
  }
}
