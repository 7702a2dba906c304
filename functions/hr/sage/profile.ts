import { z } from 'zod'

const Path = z.string().regex(/^[A-Za-z0-9/_-]+$/, 'a path below the base address, without leading slash')
/** Names of nested properties, joined by dots. */
const Field = z.string().regex(/^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/, 'property names joined by dots')

/**
 * Every path and name of the Sage HR portal API that Steg uses, as data: the vendor publishes no description, so an
 * installation may differ and an installer can correct it without a release (PUT /api/v1/sage/profile).
 */
export const SageProfile = z.strictObject({
  signIn: Path.default('Authorization'),
  calculate: Path.default('Security/Calculate'),
  currentTime: Path.default('Configuration/CurrentTime'),
  databases: Path.default('Configuration/Databases/Basic'),
  databaseHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .default('WebApiDatabaseConnection'),
  list: z
    .strictObject({
      skip: z.string().default('options[Skip]'),
      take: z.string().default('options[Take]'),
      pageSize: z.int().min(2).max(500).default(500),
      results: Field.default('Results'),
      total: Field.default('Total'),
    })
    .prefault({}),
  employees: z
    .strictObject({
      path: Path.default('Employee/Employees'),
      clientNumber: Field.default('EmployeeKey.MdNr'),
      employeeNumber: Field.default('EmployeeKey.AnNr'),
      firstName: Field.default('Firstname'),
      lastName: Field.default('Lastname'),
      email: Field.default('Email'),
      active: Field.default('Active'),
      timeManagement: Field.default('TimeManagement'),
      accessControl: Field.default('AccessControl'),
      entry: Field.default('Entry'),
      exit: Field.default('Exit'),
    })
    .prefault({}),
})
export type SageProfile = z.infer<typeof SageProfile>

/** What an installer writes: only the names that differ. */
export const SageProfileOverrides = z.strictObject({
  signIn: Path.optional(),
  calculate: Path.optional(),
  currentTime: Path.optional(),
  databases: Path.optional(),
  databaseHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .optional(),
  list: SageProfile.shape.list.unwrap().partial().optional(),
  employees: SageProfile.shape.employees.unwrap().partial().optional(),
})
export type SageProfileOverrides = z.infer<typeof SageProfileOverrides>

/** The value at a dotted path, undefined when there is none. */
export function fieldOf(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((current, name) => {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined
    return (current as Record<string, unknown>)[name]
  }, value)
}
