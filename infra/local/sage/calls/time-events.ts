import { z } from 'zod'
import { json, Refusal } from '../answers.ts'
import { bodyTime, localMilliseconds, queryTime } from '../local-time.ts'
import { additionalInputs, placesOfWork } from '../master-data.ts'
import type { TimeEvent } from '../records.ts'
import {
  type Call,
  type CallContext,
  defineCall,
  ownEmployee,
  personQuery,
  requirePerson,
  wholeNumber,
} from './call.ts'
import { listAnswer, optionalPaging } from './paging.ts'

const dayMs = 86_400_000
const eventType = z.enum(['Come', 'Go'])
const reference = z.int().nullish()

const booking = z.strictObject({
  MdNr: z.int(),
  AnNr: z.int(),
  Time: bodyTime,
  Type: eventType,
  PlaceOfWorkId: reference,
  AdditionalInputId: reference,
})

export const timeEventCalls: readonly Call[] = [
  defineCall({
    method: 'GET',
    paths: ['Time/TimeEvents'],
    access: 'data',
    query: z.strictObject({ ...personQuery, from: queryTime, to: queryTime, ...optionalPaging }),
    run: (context, query) => {
      requirePerson(context, query.MdNr, query.AnNr)
      const events = context.site.records.timeEvents(context.database.key, query.MdNr, query.AnNr)
      return listAnswer(
        events.filter(({ Time }) => Time >= query.from && Time <= query.to),
        query,
      )
    },
  }),
  defineCall({
    method: 'POST',
    paths: ['Time/TimeEvents'],
    access: 'data',
    query: z.strictObject({}),
    body: booking,
    run: (context, _query, body) => {
      requirePerson(context, body.MdNr, body.AnNr)
      if (localMilliseconds(body.Time) > localMilliseconds(context.site.time.local()) + dayMs) {
        throw new Refusal(400, 'Time lies more than a day in the future.')
      }
      // The same booking sent twice is stored twice: there is nothing to tell them apart by.
      return json({ Id: store(context, { ...body, Source: 'Api' }) })
    },
  }),
  defineCall({
    method: 'POST',
    paths: ['Time/StampTime'],
    access: 'data',
    query: z.strictObject({
      type: eventType,
      placeofworkid: wholeNumber.optional(),
      additionalInput: wholeNumber.optional(),
    }),
    run: (context, { type, placeofworkid, additionalInput }) => {
      const person = ownEmployee(context)
      if (!person) throw new Refusal(404, 'The signed-in user has no employee.')
      store(context, {
        MdNr: person.EmployeeKey.MdNr,
        AnNr: person.EmployeeKey.AnNr,
        Time: context.site.time.local(),
        Type: type,
        PlaceOfWorkId: placeofworkid,
        AdditionalInputId: additionalInput,
        Source: 'Portal',
      })
      return json(true)
    },
  }),
]

type NewEvent = Omit<TimeEvent, 'Id' | 'PlaceOfWorkId' | 'AdditionalInputId'> & {
  readonly PlaceOfWorkId?: number | null | undefined
  readonly AdditionalInputId?: number | null | undefined
}

function store(context: CallContext, event: NewEvent): number {
  const place = event.PlaceOfWorkId ?? null
  const input = event.AdditionalInputId ?? null
  if (place !== null && !placesOfWork.some(({ Id }) => Id === place)) {
    throw new Refusal(400, `There is no place of work ${place}.`)
  }
  if (input !== null && !additionalInputs.some(({ Id }) => Id === input)) {
    throw new Refusal(400, `There is no additional input ${input}.`)
  }
  return context.site.records.addTimeEvent({
    ...event,
    PlaceOfWorkId: place,
    AdditionalInputId: input,
    database: context.database.key,
    receivedAt: context.receivedAt,
    requestId: context.requestId,
  })
}
