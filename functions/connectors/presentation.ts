import { z } from 'zod'
import { toIso } from '../../shared/clock.ts'
import { AgentCategory, Roles } from '../../shared/wire/capabilities.ts'
import { SiteName } from './rows.ts'
import type { AgentView } from './service.ts'

export const Agent = z
  .object({
    id: z.string(),
    name: z.string(),
    host: z.string(),
    version: z.string(),
    /** 'sage' when 'sage' is among the roles. */
    category: AgentCategory,
    /** Targets that the tenant's settings may point somewhere for it. */
    roles: Roles,
    /** It is too old for this hub and does nothing until it is updated; its status is then no longer `connected`. */
    outdated: z.boolean(),
    /** Agents of the same site share its calls; null for one that gets calls only when a job names it. */
    site: SiteName.nullable(),
    status: z.enum(['connected', 'disconnected', 'never', 'revoked']),
    lastSeen: z.iso.datetime().nullable(),
    disconnectedSince: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    /** Since when calls to it are sealed, and its reports signed, with its present keys. */
    keysSince: z.iso.datetime(),
  })
  .meta({ id: 'Agent' })

const isoOrNull = (ms: number | null) => (ms === null ? null : toIso(ms))

export const shownAgent = (agent: AgentView): z.input<typeof Agent> => ({
  ...agent,
  roles: [...agent.roles],
  lastSeen: isoOrNull(agent.lastSeen),
  disconnectedSince: isoOrNull(agent.disconnectedSince),
  createdAt: toIso(agent.createdAt),
  keysSince: toIso(agent.keysSince),
})
