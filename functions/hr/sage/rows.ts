import { z } from 'zod'
import { defineTable } from '../../platform/store/table.ts'
import { SageProfileOverrides } from './profile.ts'

/** Partition: tenant; key `profile`. What differs at this installation. */
export const sageProfilesTable = defineTable({
  name: 'SageProfiles',
  schema: z.object({ overrides: SageProfileOverrides, updatedAt: z.string() }),
})
export const PROFILE_KEY = 'profile'
