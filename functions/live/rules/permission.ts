import type { Right } from '../../tenancy/rules/roles.ts'

/** What a caller may hear. */
export interface Audible {
  readonly topics: ReadonlySet<string>
  readonly run: boolean
  readonly log: boolean
}

/** Which right a topic needs, and whether it is about everybody: then who sees some people only does not hear it. */
interface Guarded {
  readonly name: string
  readonly right: Right
  readonly aboutEverybody: boolean
}

/** By the same rights as the endpoints of the same name. */
export function toAudible(
  rights: ReadonlySet<Right>,
  seesEverybody: boolean,
  topics: readonly Guarded[],
): Audible {
  const heard = topics.filter(
    ({ right, aboutEverybody }) => rights.has(right) && (seesEverybody || !aboutEverybody),
  )
  const run = rights.has('jobs:read')
  return { topics: new Set(heard.map(({ name }) => name)), run, log: run && seesEverybody }
}
