import type { Right } from '../../tenancy/rules/roles.ts'

/** What a caller may hear. */
export interface Audible {
  /** Names of topics. */
  readonly topics: ReadonlySet<string>
  readonly run: boolean
  readonly log: boolean
}

/** By the same rights as the endpoints of the same name; what is about everybody only for those who see everybody. */
export function audible(
  rights: ReadonlySet<Right>,
  seesEverybody: boolean,
  topics: readonly { readonly name: string; readonly right: Right; readonly aboutEverybody: boolean }[],
): Audible {
  const heard = topics.filter(
    ({ right, aboutEverybody }) => rights.has(right) && (seesEverybody || !aboutEverybody),
  )
  const run = rights.has('jobs:read')
  return { topics: new Set(heard.map(({ name }) => name)), run, log: run && seesEverybody }
}
