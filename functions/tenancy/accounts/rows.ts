import { z } from 'zod'
import { defineTable } from '../../platform/store/table.ts'
import { roles } from '../rules/roles.ts'

/** A secret that was sent by mail: only its hash is kept. */
const MailedSecret = z.object({ hash: z.string(), expiresAt: z.number() })

/** Partition: tenant; key: user id. */
export const usersTable = defineTable({
  name: 'Users',
  schema: z.object({
    email: z.string(),
    firstName: z.string().optional(),
    lastName: z.string().optional(),
    language: z.enum(['de', 'en']),
    roles: z.array(z.enum(roles)),
    /** Whose data the user may see; everybody's when absent. */
    limitedTo: z.object({ people: z.array(z.string()), groups: z.array(z.string()) }).optional(),
    locked: z.boolean(),
    /** Counts up whenever all sessions end; a session of another count is no session. */
    epoch: z.number(),
    passwordHash: z.string().optional(),
    /** Absent as long as the invitation is open. */
    registeredAt: z.number().optional(),
    invitation: MailedSecret.extend({
      mail: z.enum(['sending', 'sent', 'failed']),
      mailedAt: z.number(),
    }).optional(),
    reset: MailedSecret.extend({ requestedAt: z.number() }).optional(),
    /** An address that counts from the moment its link comes back. */
    newEmail: MailedSecret.extend({ email: z.string() }).optional(),
    /** Addresses of before changes that can still be taken back, oldest first. */
    formerEmails: z
      .array(MailedSecret.extend({ email: z.string(), microsoft: z.string().optional() }))
      .optional(),
    /** Where the linked Microsoft account is kept in SignInNames. */
    microsoft: z.string().optional(),
    createdAt: z.number(),
    updatedAt: z.number(),
    lastSignInAt: z.number().optional(),
  }),
})
export type UserRow = ReturnType<typeof usersTable.schema.parse>

/** In the same partition as the users, so that it changes in the same atomic batch; its key sorts before theirs. */
export const adminsTable = defineTable({
  name: 'Users',
  /** Ids of the admins who can sign in. The last one stays. */
  schema: z.object({ ids: z.array(z.string()) }),
})
export const ADMINS_KEY = '!admins'
/** Range of the users, without the row of admins. */
export const USERS_RANGE = { from: '0', to: '~' } as const

/**
 * What people sign in with → whose it is. Partition: hash of address or Microsoft identity. Key `name`: the one user who
 * has it; `invited` and tenant: whom that tenant has invited there, of which there may be many.
 */
export const signInNamesTable = defineTable({
  name: 'SignInNames',
  schema: z.object({ tenantId: z.string(), userId: z.string(), claimedAt: z.number() }),
})
export const NAME_KEY = 'name'
export const INVITED = 'invited'

/** Partition: tenant, or `operator`; key: user id, session id. */
export const sessionsTable = defineTable({
  name: 'Sessions',
  schema: z.object({
    hash: z.string(),
    createdAt: z.number(),
    lastSeenAt: z.number(),
    epoch: z.number(),
    address: z.string(),
    device: z.string(),
  }),
})

/**
 * Partition: the day of the last attempt, and a shard; key: what is counted, hashed, and the kind of counter. A counter
 * moves on with its last attempt, so that those that count no longer are whole partitions.
 */
export const attemptsTable = defineTable({
  name: 'SignInAttempts',
  schema: z.object({ failures: z.number(), lastAt: z.number() }),
})

/** The last day whose counters are deleted. */
export const attemptsPrunedTable = defineTable({
  name: 'SignInAttempts',
  schema: z.object({ day: z.number() }),
})
/** Its partition and key. */
export const PRUNED = 'pruned'
