import { z } from 'zod'
import { type ErrorCode, isStegError, StegError } from '../../../shared/errors/error.ts'
import { readWholeList, unexpected } from '../sage/list.ts'
import { fieldOf, type SageProfile } from '../sage/profile.ts'
import type { SageConnection } from '../sage/service.ts'
import type { OnceAnswer } from '../sage/session.ts'
import type { RequestContent, SageAbsence } from './rules/content.ts'
import { type Outcome, outcomeOf } from './rules/outcome.ts'

export interface PersonKey {
  readonly clientNumber: number
  readonly employeeNumber: number
}

export type SendOutcome =
  | { readonly kind: 'accepted'; readonly id: string }
  /** Sage said no to this request, in its own words. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  /** It is certain that Sage did nothing, and of no use to send others now. */
  | { readonly kind: 'not-done'; readonly error: StegError }
  /** It may have taken effect, or may still do so until the deadline. */
  | { readonly kind: 'doubt'; readonly error: StegError }

/** Absences as Sage has them. */
export interface AbsencesInSage {
  /** All absences of a person that touch these days, both inclusive. @throws StegError as `readWholeList` */
  list(
    person: PersonKey,
    days: { readonly from: string; readonly to: string },
  ): Promise<readonly SageAbsence[]>
  /** Sends a request once. @param deadline milliseconds since the epoch; nobody executes it later */
  request(request: PersonKey & RequestContent, deadline: number): Promise<SendOutcome>
}

const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}/)
  .transform((text) => text.slice(0, 10))

export function absencesInSage({
  session,
  profile,
}: Pick<SageConnection, 'session' | 'profile'>): AbsencesInSage {
  const names = profile.absences
  const { path } = names

  async function attempt(body: unknown, deadline: number): Promise<Outcome> {
    const answer = await session.postOnce(path, body, deadline)
    return outcomeOf({ ...answer, id: idIn(answer, profile) })
  }

  return {
    list: (person, { from, to }) => {
      const query = {
        [names.clientParameter]: String(person.clientNumber),
        [names.employeeParameter]: String(person.employeeNumber),
        [names.fromParameter]: `${from}T00:00:00`,
        [names.toParameter]: `${to}T23:59:59`,
      }
      const ofPerson = { get: (at: string, page = {}) => session.get(at, { ...query, ...page }) }
      return readWholeList(
        ofPerson,
        profile,
        path,
        (absence: SageAbsence) => absence.id,
        (row) => parseAbsence(row, profile),
      )
    },

    async request(request, deadline) {
      const body = {
        [names.clientParameter]: request.clientNumber,
        [names.employeeParameter]: request.employeeNumber,
        [names.reasonId]: request.reasonId,
        [names.from]: `${request.from}T00:00:00`,
        [names.to]: `${request.to}T00:00:00`,
        [names.halfDay]: request.halfDay,
        [names.comment]: request.comment,
      }
      try {
        const first = await attempt(body, deadline)
        if (first.kind !== 'signed-out') return judged(first, path)
        await session.ready()
      } catch (error) {
        return judgedFailure(error)
      }
      try {
        return judged(await attempt(body, deadline), path)
      } catch (error) {
        return judgedFailure(error)
      }
    },
  }
}

function judged(outcome: Outcome, path: string): SendOutcome {
  switch (outcome.kind) {
    case 'accepted':
    case 'refused':
      return outcome
    case 'signed-out':
      return { kind: 'not-done', error: new StegError('sage-session-lost', {}) }
    case 'blocked':
      return { kind: 'not-done', error: new StegError('sage-refused', { path, status: outcome.status }) }
    case 'doubt':
      return { kind: 'doubt', error: doubtful[outcome.problem](path, outcome.status) }
  }
}

const doubtful: Readonly<
  Record<Extract<Outcome, { kind: 'doubt' }>['problem'], (path: string, status: number) => StegError>
> = {
  status: (path, status) => new StegError('sage-unavailable', { path, status }),
  page: (path, status) => new StegError('sage-not-json', { path, kind: `HTML (${status})` }),
  form: (path) => unexpected(path, 'there is no id in it'),
}

/** What the agent reports of a request that did not leave it. */
const notSent: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'target-unreachable',
  'target-unknown',
  'target-not-allowed',
  'request-refused',
])

/** What is not from the catalogue is a stop, or a mistake: it is not for us to judge. */
function judgedFailure(error: unknown): SendOutcome {
  if (!isStegError(error)) throw error
  return { kind: notSent.has(error.code) ? 'not-done' : 'doubt', error }
}

function idIn({ value }: OnceAnswer, profile: SageProfile): unknown {
  return fieldOf(value, profile.absences.id)
}

function parseAbsence(row: unknown, profile: SageProfile): SageAbsence {
  const names = profile.absences
  const states = new Map<string, SageAbsence['state']>([
    [names.requested, 'requested'],
    [names.approved, 'approved'],
    [names.rejected, 'rejected'],
  ])
  const Absence = z.object({
    id: z.union([z.int(), z.string().min(1).max(100)]).transform(String),
    reasonId: z.int(),
    from: Day,
    to: Day,
    halfDay: z.boolean(),
    state: z.string(),
  })
  const fields = ['id', 'reasonId', 'from', 'to', 'halfDay', 'state'] as const
  const parsed = Absence.safeParse(
    Object.fromEntries(fields.map((name) => [name, fieldOf(row, names[name])])),
  )
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const name = String(issue?.path[0] ?? '') as (typeof fields)[number]
    throw unexpected(names.path, `"${names[name]}": ${issue?.message}`)
  }
  const state = states.get(parsed.data.state) ?? 'other'
  return { ...parsed.data, state }
}
