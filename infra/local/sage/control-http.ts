import { z } from 'zod'
import { type Answer, json, noContent, problem } from './answers.ts'
import { newPersonSchema, newTimeEventSchema, personChangeSchema, type SageControl } from './control.ts'
import { faultRuleSchema } from './fault-rules.ts'
import { absenceStates } from './records.ts'

/*
 * The functions of SageControl over HTTP, for loopback callers only. `?database=` takes a key or a name.
 *
 * GET    /_control/faults               rules with their counters
 * PUT    /_control/faults               [rule, …] replaces all rules       → {ids}
 * POST   /_control/faults               rule                               → {id}
 * DELETE /_control/faults               removes all rules
 * DELETE /_control/faults/{id}
 * GET    /_control/people?database&skip&take                               → {Results, Total}
 * PUT    /_control/people?database      {count} resets to that many people
 * POST   /_control/people?database      {MdNr, AnNr, Firstname, Lastname, …, position?} → person; 409 when the key exists
 * GET    /_control/people/{key}?database, PATCH (changed fields), DELETE
 * GET    /_control/ledger?database&after&limit                             → [time event with database, receivedAt, requestId]
 * POST   /_control/ledger?database      a booking made in Sage itself      → {id}
 * DELETE /_control/ledger               removes all time events and absences
 * GET    /_control/absences?database
 * PATCH  /_control/absences/{id}        {State}
 * GET    /_control/requests             {total, counts, requests}
 * DELETE /_control/requests
 * DELETE /_control/sessions             ends all sessions                  → {ended}
 * PUT    /_control/password             {username, password}
 * PUT    /_control/clock                {offsetMs}
 */
interface Command {
  readonly method: string
  readonly path: RegExp
  readonly run: (control: SageControl, input: Input) => unknown
}

interface Input {
  /** What the path's group matched. */
  readonly name: string
  readonly body: unknown
  readonly database: string | undefined
  readonly number: (parameter: string) => number | undefined
}

export const controlPrefix = '/_control/'
const done = { done: true }
const orMissing = (found: unknown) =>
  found === undefined || found === false ? undefined : found === true ? done : found

const commands: readonly Command[] = [
  { method: 'GET', path: /^faults$/, run: (control) => control.faults() },
  {
    method: 'PUT',
    path: /^faults$/,
    run: (control, { body }) => ({ ids: control.setFaults(z.array(faultRuleSchema).parse(body)) }),
  },
  {
    method: 'POST',
    path: /^faults$/,
    run: (control, { body }) => ({ id: control.addFault(faultRuleSchema.parse(body)) }),
  },
  {
    method: 'DELETE',
    path: /^faults$/,
    run: (control) => {
      control.clearFaults()
      return done
    },
  },
  {
    method: 'DELETE',
    path: /^faults\/([^/]+)$/,
    run: (control, { name }) => orMissing(control.removeFault(name)),
  },
  {
    method: 'GET',
    path: /^people$/,
    run: (control, { database, number }) => {
      const people = control.people(database)
      const skip = number('skip') ?? 0
      return { Results: people.slice(skip, skip + (number('take') ?? people.length)), Total: people.length }
    },
  },
  {
    method: 'PUT',
    path: /^people$/,
    run: (control, { database, body }) => {
      control.resetPeople(
        z.strictObject({ count: z.int().min(0).max(10_000_000) }).parse(body).count,
        database,
      )
      return done
    },
  },
  {
    method: 'POST',
    path: /^people$/,
    run: (control, { database, body }) =>
      control.addPerson(newPersonSchema.parse(body), database) ?? problem(409, 'The key exists already.'),
  },
  {
    method: 'GET',
    path: /^people\/(\d+_\d+)$/,
    run: (control, { name, database }) => orMissing(control.person(name, database)),
  },
  {
    method: 'PATCH',
    path: /^people\/(\d+_\d+)$/,
    run: (control, { name, database, body }) =>
      orMissing(control.changePerson(name, personChangeSchema.parse(body), database)),
  },
  {
    method: 'DELETE',
    path: /^people\/(\d+_\d+)$/,
    run: (control, { name, database }) => orMissing(control.removePerson(name, database)),
  },
  {
    method: 'GET',
    path: /^ledger$/,
    run: (control, { database, number }) =>
      control.ledger({ database, after: number('after'), limit: number('limit') }),
  },
  {
    method: 'POST',
    path: /^ledger$/,
    run: (control, { database, body }) => ({
      id: control.addTimeEvent(newTimeEventSchema.parse(body), database),
    }),
  },
  {
    method: 'DELETE',
    path: /^ledger$/,
    run: (control) => {
      control.clearRecords()
      return done
    },
  },
  { method: 'GET', path: /^absences$/, run: (control, { database }) => control.absences(database) },
  {
    method: 'PATCH',
    path: /^absences\/(\d+)$/,
    run: (control, { name, body }) =>
      orMissing(
        control.setAbsenceState(
          Number(name),
          z.strictObject({ State: z.enum(absenceStates) }).parse(body).State,
        ),
      ),
  },
  { method: 'GET', path: /^requests$/, run: (control) => control.requests() },
  {
    method: 'DELETE',
    path: /^requests$/,
    run: (control) => {
      control.resetRequests()
      return done
    },
  },
  { method: 'DELETE', path: /^sessions$/, run: (control) => ({ ended: control.expireSessions() }) },
  {
    method: 'PUT',
    path: /^password$/,
    run: (control, { body }) => {
      const { username, password } = z
        .strictObject({ username: z.string(), password: z.string().min(1) })
        .parse(body)
      return orMissing(control.setPassword(username, password))
    },
  },
  {
    method: 'PUT',
    path: /^clock$/,
    run: (control, { body }) => {
      control.setClockOffset(z.strictObject({ offsetMs: z.int() }).parse(body).offsetMs)
      return done
    },
  },
]

/** `path` is what follows the prefix. Answers 404 for what does not exist, 400 for what is wrong. */
export function answerControl(
  control: SageControl,
  method: string,
  path: string,
  query: URLSearchParams,
  body: Buffer,
): Answer {
  const fitting = commands.filter((command) => command.path.test(path))
  const command = fitting.find((one) => one.method === method)
  if (!command)
    return problem(fitting.length > 0 ? 405 : 404, `There is no ${method} ${controlPrefix}${path}.`)
  try {
    const result = command.run(control, {
      name: command.path.exec(path)?.[1] ?? '',
      body: body.length === 0 ? undefined : JSON.parse(body.toString('utf8')),
      database: query.get('database') ?? undefined,
      number: (parameter) =>
        z.coerce
          .number()
          .int()
          .min(0)
          .optional()
          .parse(query.get(parameter) ?? undefined),
    })
    if (result === done) return noContent({})
    if (result === undefined) return problem(404, 'There is no such thing.')
    return isAnswer(result) ? result : json(result)
  } catch (error) {
    if (error instanceof z.ZodError) return problem(400, z.prettifyError(error))
    if (error instanceof SyntaxError || error instanceof RangeError) return problem(400, error.message)
    throw error
  }
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value && 'body' in value
}
