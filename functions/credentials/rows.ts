import { z } from 'zod'
import { isErrorCode } from '../../shared/errors/error.ts'
import { defineTable } from '../platform/store/table.ts'
import { states } from './rules/state.ts'

const Problem = z.object({
  code: z.string().refine(isErrorCode),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
})

/**
 * Partition: tenant; key: kind and id of the subject. One row holds everything about it, so that one conditional write
 * decides. Texts that are secret are sealed by the tenant's key, each bound to subject and name. Times in milliseconds.
 */
export const credentialsTable = defineTable({
  name: 'Credentials',
  schema: z.object({
    state: z.enum(states),
    enabled: z.boolean(),
    /** Ids of the attempts that were refused since the last success. */
    refusals: z.array(z.string()),
    /** So many refusals stop it. */
    limit: z.int().min(1).max(10),
    /** Another one after each change of the credentials: what was tried with former ones counts no longer. */
    generation: z.string(),
    /** Sealed, by name. */
    secrets: z.record(z.string(), z.string()),
    secretEndsAt: z.number().optional(),
    /** The last reminder of it, in days before. */
    warnedDays: z.number().optional(),
    /** Sealed. Replaced only together with what came with it. */
    refreshToken: z.string().optional(),
    /** Sealed access tokens by what they are for. They can be fetched again at any time. */
    accessTokens: z
      .record(z.string(), z.object({ token: z.string(), expiresAt: z.number(), refreshAt: z.number() }))
      .optional(),
    /** Whoever fetches a token, and since when. It ends by being seen unchanged for long enough, not by a clock. */
    lease: z.object({ id: z.string(), since: z.number() }).optional(),
    /** Whoever tries a sign-in that was refused before. */
    turn: z.object({ id: z.string(), since: z.number() }).optional(),
    /** An answer of the provider may have been lost, and a new refresh token with it. */
    answerLost: z.boolean().optional(),
    /** Until then the provider is not asked. */
    notBefore: z.number().optional(),
    problem: Problem.optional(),
    /** The last notice that there was reason to give. */
    noticeId: z.string().optional(),
    changedAt: z.number(),
    signedInAt: z.number().optional(),
  }),
})
export type CredentialRow = z.output<typeof credentialsTable.schema>

/**
 * Notices that may not have been given yet, in one partition; key: the notice's id. Written before the change that it
 * is about, deleted when it was given.
 */
export const noticesTable = defineTable({
  name: 'CredentialNotices',
  schema: z.object({
    tenantId: z.string(),
    kind: z.enum(['account', 'connection']),
    subjectId: z.string(),
    daysLeft: z.number().optional(),
    /** Until then somebody is at it. */
    claimedUntil: z.number(),
  }),
})
export const NOTICES = 'pending'
