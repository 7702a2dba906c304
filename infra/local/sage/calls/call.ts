import { z } from 'zod'
import { type Answer, Refusal } from '../answers.ts'
import type { Person } from '../person.ts'
import type { Session } from '../sessions.ts'
import type { Database, Site } from '../site.ts'

/**
 * What a call needs: `open` nothing, `database` a chosen database, `signed-in` a session as well,
 * `data` a session for which Security/Calculate was called.
 */
type Access = 'open' | 'database' | 'signed-in' | 'data'

export interface CallContext {
  readonly site: Site
  /** The chosen database; the first one for `open` calls. */
  readonly database: Database
  readonly session: Session | undefined
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
  readonly requestId: string | null
}

export interface Call {
  readonly method: 'GET' | 'POST'
  /** Below the base path; more than one when the call is seen under several. */
  readonly paths: readonly string[]
  readonly access: Access
  readonly takesBody: boolean
  /** Throws Refusal when the query or the body is not as it must be. */
  answer(context: CallContext, query: URLSearchParams, body: string): Answer
}

interface Definition<Query extends z.ZodType, Body extends z.ZodType> {
  readonly method: 'GET' | 'POST'
  readonly paths: readonly string[]
  readonly access: Access
  readonly query: Query
  readonly body?: Body
  run(context: CallContext, query: z.output<Query>, body: z.output<Body>): Answer
}

/** Unknown, missing and repeated parameters and properties are refused before `run` sees anything. */
export function defineCall<Query extends z.ZodType, Body extends z.ZodType = z.ZodUndefined>(
  definition: Definition<Query, Body>,
): Call {
  const { query: querySchema, body: bodySchema, run, ...rest } = definition
  return {
    ...rest,
    takesBody: bodySchema !== undefined,
    answer: (context, query, body) => {
      const parameters = check(querySchema, readQuery(query))
      if (bodySchema === undefined && body !== '') throw new Refusal(400, 'This call takes no body.')
      const schema = bodySchema ?? z.undefined()
      return run(context, parameters, check(schema, bodySchema && readJson(body)) as z.output<Body>)
    },
  }
}

function readQuery(query: URLSearchParams): Record<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of query) {
    if (values.has(name)) throw new Refusal(400, `Parameter '${name}' is given twice.`)
    values.set(name, value)
  }
  return Object.fromEntries(values)
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new Refusal(400, 'The body is not valid JSON.')
  }
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`,
  )
  throw new Refusal(400, `The request is invalid. ${problems.join('; ')}`)
}

export const noQuery = z.strictObject({})
/** A whole number in a query. */
export const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number)
/** Query parameters that name a person. */
export const personQuery = { MdNr: wholeNumber, AnNr: wholeNumber }

/** Refuses with 404 when the database has no such person. */
export function requirePerson(context: CallContext, mdNr: number, anNr: number): Person {
  const person = context.database.roster.find(mdNr, anNr)
  if (person) return person
  throw new Refusal(404, `Employee ${mdNr}_${anNr} does not exist.`)
}

/** The signed-in user's employee, unless that one was removed. */
export function ownEmployee(context: CallContext): Person | undefined {
  const user = context.site.users.get(context.session?.username ?? '')
  const [mdNr = 0, anNr = 0] = (user?.employee ?? '').split('_').map(Number)
  return context.database.roster.find(mdNr, anNr)
}
