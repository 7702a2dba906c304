import { z } from 'zod'
import type { SagePerson } from '../people/rules/plan.ts'
import { readWholeList, unexpected } from './list.ts'
import { fieldOf, type SageProfile } from './profile.ts'
import type { SageSession } from './session.ts'

const Text = z
  .string()
  .nullish()
  .transform((text) => text?.trim() || undefined)
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

const fields = {
  clientNumber: z.int().min(0).max(999_999),
  employeeNumber: z.int().min(0).max(99_999_999),
  firstName: Text,
  lastName: Text,
  email: Text,
  active: z.boolean(),
  timeManagement: Flag,
  accessControl: Flag,
  entry: Day,
  exit: Day,
}
const Employee = z.object(fields)

/** All people of the Sage database. @throws StegError as `readWholeList` */
export function readEmployees(
  session: Pick<SageSession, 'get'>,
  profile: SageProfile,
): Promise<readonly SagePerson[]> {
  const { path } = profile.employees
  return readWholeList(
    session,
    profile,
    path,
    (person) => `${person.clientNumber}_${person.employeeNumber}`,
    (row) => parseEmployee(row, profile),
  )
}

function parseEmployee(row: unknown, profile: SageProfile): SagePerson {
  const { path, ...names } = profile.employees
  const raw = Object.fromEntries(Object.entries(names).map(([name, field]) => [name, fieldOf(row, field)]))
  const parsed = Employee.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const name = String(issue?.path[0] ?? '')
  throw unexpected(path, `"${names[name as keyof typeof names]}": ${issue?.message}`)
}
