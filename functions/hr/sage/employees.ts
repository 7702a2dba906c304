import { z } from 'zod'
import type { Listing } from '../../sync/mirror/rules/listing.ts'
import type { SagePerson } from '../rules/sage-data.ts'
import { OptionalText, type RowForm, type SageLists } from './port.ts'
import type { SageProfile } from './profile.ts'

/** A date without zone; Sage sends midnight of the server's day. */
const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}/)
  .nullish()
  .transform((text) => text?.slice(0, 10))
const Flag = z
  .boolean()
  .nullish()
  .transform((flag) => flag ?? false)

const Employee = z.object({
  clientNumber: z.int().min(0).max(999_999),
  employeeNumber: z.int().min(0).max(99_999_999),
  firstName: OptionalText,
  lastName: OptionalText,
  email: OptionalText,
  active: z.boolean(),
  timeManagement: Flag,
  accessControl: Flag,
  entry: Day,
  exit: Day,
})

/** All people of the Sage database, by their external tokens. @throws StegError as `SageLists.rows` */
export function readEmployees(
  lists: Pick<SageLists, 'rows'>,
  profile: Pick<SageProfile, 'employees'>,
): Promise<Listing<SagePerson>> {
  const { path, ...names } = profile.employees
  const form: RowForm<typeof Employee.shape, SagePerson> = {
    names,
    schema: Employee,
    keyField: 'employeeNumber',
    keyOf: tokenIn,
    toItem: (fields) => fields,
    nameOf: ({ firstName, lastName }) => [firstName, lastName].filter(Boolean).join(' ') || undefined,
  }
  return lists.rows(path, form)
}

/** Sage's empty key is nobody's: `0_0`, and marked as such. */
function tokenIn({ clientNumber: client, employeeNumber: employee, keyIsEmpty }: Record<string, unknown>) {
  if (!isNumber(client) || !isNumber(employee) || keyIsEmpty === true) return undefined
  return client === 0 && employee === 0 ? undefined : `${client}_${employee}`
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
