import { z } from 'zod'
import { StegError } from '../../../shared/errors/error.ts'
import type { Answer } from '../../sync/delivery/port.ts'
import { toDeliveryAnswer } from '../once-answer.ts'
import type { PersonKey } from '../rules/person-key.ts'
import { fieldOf, unexpected } from '../rules/sage-data.ts'
import type { OnceAnswer, SageConnection } from '../sage/port.ts'
import type { RequestContent, SageAbsence } from './rules/content.ts'

/** Absences as Sage has them. */
export interface AbsencesInSage {
  /** Milliseconds for which Sage may still be working on a request whose caller is gone. */
  readonly settleMs: number
  /** Signs in unless that was done. @throws StegError */
  ready(): Promise<void>
  /** All absences of a person that touch these days, both inclusive. @throws StegError as `SageLists.whole` */
  list(
    person: PersonKey,
    days: { readonly from: string; readonly to: string },
  ): Promise<readonly SageAbsence[]>
  /**
   * Sends a request once. @param deadline milliseconds since the epoch; nobody executes it later
   * @throws StegError as `postOnce`
   */
  request(request: PersonKey & RequestContent, deadline: number): Promise<Answer<SageAbsence>>
}

const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}/)
  .transform((text) => text.slice(0, 10))

export function absencesInSage({
  session,
  lists,
  profile,
}: Pick<SageConnection, 'session' | 'lists' | 'profile'>): AbsencesInSage {
  const names = profile.absences
  const { path } = names

  return {
    // It says something about the server, whatever it was asked for.
    settleMs: profile.timeEvents.settleSeconds * 1000,
    ready: session.ready,
    list: (person, { from, to }) => {
      const query = {
        [names.clientParameter]: String(person.clientNumber),
        [names.employeeParameter]: String(person.employeeNumber),
        [names.fromParameter]: `${from}T00:00:00`,
        [names.toParameter]: `${to}T23:59:59`,
      }
      return lists.whole(path, { query, keyOf: ({ id }) => id, parse: (row) => parseAbsence(row, names) })
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
      const reply = await session.postOnce(path, body, deadline)
      const { reasonId, from, to, halfDay } = request
      return toDeliveryAnswer<SageAbsence>(
        path,
        { ...reply, id: fieldOf(reply.value, names.id) },
        {
          accepted: (id) => ({ id, reasonId, from, to, halfDay, state: 'requested' }),
          refused: (status, reason) => new StegError('absence-refused', { status, reason }),
          indeterminate: (kind) =>
            kind === 'signed-out' ? new StegError('sage-session-lost', {}) : unclear(path, reply),
        },
      )
    },
  }
}

/** What is reported when it does not become clear what an answer meant. */
function unclear(path: string, { status, html }: OnceAnswer): StegError {
  if (status < 200 || status >= 300) return new StegError('sage-unavailable', { path, status })
  return html
    ? new StegError('sage-not-json', { path, kind: `HTML (${status})` })
    : unexpected(path, 'there is no id in it')
}

function parseAbsence(row: unknown, names: SageConnection['profile']['absences']): SageAbsence {
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
