import type { Right } from '../../tenancy/rules/roles.ts'
import type { Topic } from './events.ts'

/** What a caller may hear. */
export interface Audible {
  readonly topics: ReadonlySet<Topic>
  readonly run: boolean
  readonly log: boolean
}

const rightFor: Readonly<Record<Topic, Right>> = {
  agents: 'agents:read',
  jobs: 'jobs:read',
  bookings: 'bookings:read',
  setup: 'jobs:read',
}

/** Figures and lines that are about everybody; a caller who sees some people only does not hear them. */
const aboutEverybody: ReadonlySet<Topic> = new Set<Topic>(['bookings', 'setup'])

/** By the same rights as the endpoints of the same name. */
export function audible(rights: ReadonlySet<Right>, seesEverybody: boolean): Audible {
  const topics = (Object.keys(rightFor) as Topic[]).filter(
    (topic) => rights.has(rightFor[topic]) && (seesEverybody || !aboutEverybody.has(topic)),
  )
  const run = rights.has('jobs:read')
  return { topics: new Set(topics), run, log: run && seesEverybody }
}
