import { z } from 'zod'
import { json } from '../answers.ts'
import { queryTime } from '../local-time.ts'
import { absenceReasons, accounts, additionalInputs, placesOfWork } from '../master-data.ts'
import { pairsOf, workedMinutes } from '../pairs.ts'
import { mix } from '../random.ts'
import { type Call, defineCall, noQuery, personQuery, requirePerson, wholeNumber } from './call.ts'
import { listAnswer, optionalPaging } from './paging.ts'

const flexitimeAccount = 1

export const timeAccountCalls: readonly Call[] = [
  defineCall({
    method: 'GET',
    paths: ['Time/PlacesOfWork', 'Time/Common/PlacesOfWork'],
    access: 'data',
    query: noQuery,
    run: () => json(placesOfWork),
  }),
  defineCall({
    method: 'GET',
    paths: ['Time/AbsenceReasons'],
    access: 'data',
    query: z.strictObject(optionalPaging),
    run: (_context, query) => listAnswer(absenceReasons, query),
  }),
  defineCall({
    method: 'GET',
    paths: ['Time/AdditionalInputs'],
    access: 'data',
    query: z.strictObject(optionalPaging),
    run: (_context, query) => listAnswer(additionalInputs, query),
  }),
  defineCall({
    method: 'GET',
    paths: ['Time/AccountsBooking'],
    access: 'data',
    query: z.strictObject({ mdnr: wholeNumber, annr: wholeNumber, keyDate: queryTime }),
    run: (context, { mdnr, annr, keyDate }) => {
      requirePerson(context, mdnr, annr)
      const { records, seed } = context.site
      // A balance counts the whole key date.
      const until = `${keyDate.slice(0, 10)}T24`
      const worked = workedMinutes(pairsOf(records.timeEvents(context.database.key, mdnr, annr)), until)
      return json(
        accounts.map(({ Id, Name }) => ({
          Id,
          Name,
          AmountInMinutes: (mix(seed, mdnr, annr, Id) % 6000) - 600 + (Id === flexitimeAccount ? worked : 0),
        })),
      )
    },
  }),
  defineCall({
    method: 'GET',
    paths: ['Time/TimePairs'],
    access: 'data',
    query: z.strictObject({ ...personQuery, from: queryTime, to: queryTime }),
    run: (context, { MdNr, AnNr, from, to }) => {
      requirePerson(context, MdNr, AnNr)
      const pairs = pairsOf(context.site.records.timeEvents(context.database.key, MdNr, AnNr))
      return json(
        pairs
          .filter(({ come }) => come.Time >= from && come.Time <= to)
          .map(({ come, go }) => ({
            From: { Time: come.Time, PlaceOfWork: placeOf(come.PlaceOfWorkId) },
            To: go && {
              Time: go.Time,
              AdditionalInput: { Description: descriptionOf(go.AdditionalInputId) },
            },
          })),
      )
    },
  }),
]

/** Who books no place is at the first one. */
function placeOf(id: number | null) {
  return placesOfWork.find((place) => place.Id === id) ?? placesOfWork[0]
}

function descriptionOf(id: number | null): string {
  return additionalInputs.find((input) => input.Id === id)?.Description ?? ''
}
