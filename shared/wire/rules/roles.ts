/** Version of what hub and agent say to each other. An agent of an older one is told to update, see enrolment.ts. */
export const WIRE_VERSION = 2

export type AgentCategory = 'sage' | 'none'

/** What `--category` says: the roles that an agent is enrolled for. `none` serves only what is allowed on its machine. */
const rolesByCategory: Readonly<Record<AgentCategory, readonly string[]>> = { sage: ['sage'], none: [] }

/** The roles of an agent; of one that was enrolled before there were any, those of its category. */
export function rolesOf(known: {
  readonly category: AgentCategory
  readonly roles?: readonly string[] | undefined
}): readonly string[] {
  return known.roles ?? rolesByCategory[known.category]
}

/** The nearest category, for whoever knows no roles. */
export function categoryOf(roles: readonly string[]): AgentCategory {
  return roles.some((role) => rolesByCategory.sage.includes(role)) ? 'sage' : 'none'
}
