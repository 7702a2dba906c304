import { z } from 'zod'
import { json, Refusal } from '../answers.ts'
import { bodyTime, queryTime } from '../local-time.ts'
import { absenceReasons } from '../master-data.ts'
import type { Absence } from '../records.ts'
import { type Call, defineCall, personQuery, requirePerson } from './call.ts'
import { listAnswer, optionalPaging } from './paging.ts'

const request = z.strictObject({
  MdNr: z.int(),
  AnNr: z.int(),
  ReasonId: z.int(),
  From: bodyTime,
  To: bodyTime,
  HalfDay: z.boolean(),
  Comment: z.string(),
})

const dayOf = (local: string) => local.slice(0, 10)

/** Absences count in days, whatever time of day they name. A rejected one is in nobody's way. */
function overlaps(absence: Absence, from: string, to: string): boolean {
  return absence.State !== 'Rejected' && dayOf(absence.From) <= dayOf(to) && dayOf(absence.To) >= dayOf(from)
}

export const absenceCalls: readonly Call[] = [
  defineCall({
    method: 'GET',
    paths: ['Time/Absences'],
    access: 'data',
    query: z.strictObject({ ...personQuery, from: queryTime, to: queryTime, ...optionalPaging }),
    run: (context, query) => {
      requirePerson(context, query.MdNr, query.AnNr)
      const absences = context.site.records.absences(context.database.key, query.MdNr, query.AnNr)
      return listAnswer(
        absences.filter(({ From, To }) => From <= query.to && To >= query.from),
        query,
      )
    },
  }),
  defineCall({
    method: 'POST',
    paths: ['Time/Absences'],
    access: 'data',
    query: z.strictObject({}),
    body: request,
    run: (context, _query, body) => {
      const { records } = context.site
      requirePerson(context, body.MdNr, body.AnNr)
      const reason = absenceReasons.find(({ Id }) => Id === body.ReasonId)
      if (!reason?.Requestable) throw new Refusal(400, `Absence reason ${body.ReasonId} cannot be requested.`)
      if (body.To < body.From) throw new Refusal(400, 'To lies before From.')
      const existing = records.absences(context.database.key, body.MdNr, body.AnNr)
      if (existing.some((absence) => overlaps(absence, body.From, body.To))) {
        throw new Refusal(409, 'The absence overlaps another one.')
      }
      return json({ Id: records.addAbsence(context.database.key, { ...body, State: 'Requested' }) })
    },
  }),
]
