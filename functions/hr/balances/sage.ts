import { z } from 'zod'
import type { PersonKey } from '../rules/person-key.ts'
import { fieldOf, unexpected } from '../rules/sage-data.ts'
import { type SageConnection, Text } from '../sage/port.ts'
import type { Account } from './rules/plan.ts'

/** Characters of all accounts of one person: what the store takes as one value. */
const MAX_CHARACTERS = 30_000

const AccountSchema = z.object({
  id: z.int().min(0),
  name: Text,
  // Sage counts in whole minutes, but may write fractions.
  minutes: z.number().transform((minutes) => Math.round(minutes)),
})

/**
 * The accounts of one person, the whole key date included. One call.
 * @param keyDate `YYYY-MM-DD`
 * @throws StegError `sage-unexpected-data`, and those of the session
 */
export async function readBalance(
  { session, profile }: Pick<SageConnection, 'session' | 'profile'>,
  person: PersonKey,
  keyDate: string,
): Promise<readonly Account[]> {
  const { path, clientParameter, employeeParameter, keyDateParameter, ...names } = profile.balances
  const rows = await session.get(path, {
    [clientParameter]: String(person.clientNumber),
    [employeeParameter]: String(person.employeeNumber),
    [keyDateParameter]: `${keyDate}T00:00:00`,
  })
  if (!Array.isArray(rows)) throw unexpected(path, 'it is not a list')
  const accounts = rows.map((row) => {
    const raw = Object.fromEntries(Object.entries(names).map(([name, field]) => [name, fieldOf(row, field)]))
    const parsed = AccountSchema.safeParse(raw)
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    const name = String(issue?.path[0] ?? '') as keyof typeof names
    throw unexpected(path, `"${names[name]}": ${issue?.message}`)
  })
  if (JSON.stringify(accounts).length > MAX_CHARACTERS) throw unexpected(path, 'there is too much of it')
  return accounts
}
