import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { seededGuid } from './random.ts'

const userSchema = z.strictObject({
  username: z.string().min(1),
  password: z.string().min(1),
  /** CombinedKey of the employee that the user is: StampTime books for this one. */
  employee: z
    .string()
    .regex(/^\d+_\d+$/)
    .default('1_1'),
})

const databaseSchema = z.strictObject({
  /** Value of the header WebApiDatabaseConnection. */
  key: z.string().min(1),
  name: z.string().min(1),
  /** Default: as `name`. */
  database: z.string().min(1).optional(),
  isPkp: z.boolean().default(false),
  /** Defaults: as in the options; every database has its own people. */
  people: z.int().min(0).max(10_000_000).optional(),
  seed: z.int().optional(),
})

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0
  } catch {
    return false
  }
}

export const sageOptionsSchema = z.strictObject({
  /** 0 = any free port. */
  port: z.int().min(0).max(65_535).default(0),
  host: z.string().min(1).default('127.0.0.1'),
  basePath: z
    .string()
    .regex(/^(\/[\w.-]+)*$/)
    .default('/hrportalapi'),
  people: z.int().min(0).max(10_000_000).default(108),
  seed: z.int().default(1),
  /** SQLite file that keeps bookings, absences and edits of people; without it they end with the simulator. */
  dataFile: z.string().min(1).optional(),
  /** Default: StegConnector with a random password. */
  users: z.array(userSchema).min(1).optional(),
  /** Default: one. */
  databases: z.array(databaseSchema).min(1).optional(),
  timeZone: z.string().refine(isTimeZone, 'unknown time zone').default('Europe/Berlin'),
  /** How far the server's clock is wrong, in milliseconds; positive = ahead. */
  clockOffsetMs: z.int().default(0),
  /** A session ends this long after its last use. */
  sessionMinutes: z.number().positive().default(20),
})

export type SageOptions = z.input<typeof sageOptionsSchema>
export type SageUser = z.output<typeof userSchema>
export interface SageDatabase {
  readonly key: string
  readonly name: string
  readonly database: string
  readonly isPkp: boolean
  readonly people: number
  readonly seed: number
}
export type ResolvedOptions = Omit<z.output<typeof sageOptionsSchema>, 'users' | 'databases'> & {
  readonly users: readonly SageUser[]
  readonly databases: readonly SageDatabase[]
}

/** Fills in the defaults. Throws ZodError when an option is wrong. */
export function resolveOptions(options: SageOptions): ResolvedOptions {
  const parsed = sageOptionsSchema.parse(options)
  const databases = parsed.databases ?? [
    { key: seededGuid(parsed.seed, 0), name: 'zeitwirtschaft', isPkp: false },
  ]
  return {
    ...parsed,
    users: parsed.users ?? [
      { username: 'StegConnector', password: randomBytes(12).toString('base64url'), employee: '1_1' },
    ],
    databases: databases.map((database, index) => ({
      key: database.key,
      name: database.name,
      database: database.database ?? database.name,
      isPkp: database.isPkp,
      people: database.people ?? parsed.people,
      seed: database.seed ?? parsed.seed + index,
    })),
  }
}
