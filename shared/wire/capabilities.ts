import { z } from 'zod'

export { WIRE_VERSION } from './rules/roles.ts'

/**
 * Forms of a call. `http`: a request and its answer, bodies of any size. `stream`: the same, but what the target sends is
 * passed on piece by piece as it comes, for as long as it comes. `telephony`: a command for a telephone system.
 */
export type Form = 'http' | 'stream' | 'telephony'

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/)

/** What a target is for the tenant: products name theirs, here they are data. */
export const Role = Name
/** Roles of an agent: targets that the tenant's settings may point somewhere. */
export const Roles = z.array(Role).max(32)
/** Forms that an agent can execute; a newer agent may name some that this hub does not know yet. */
export const AnnouncedForms = z.array(Name).max(32)

export const AgentCategory = z.enum(['sage', 'none'])
export type AgentCategory = z.infer<typeof AgentCategory>
