import { z } from 'zod'
import { json } from '../answers.ts'
import { queryTime } from '../local-time.ts'
import { type Call, defineCall } from './call.ts'
import { listAnswer, pageOf, requiredPaging } from './paging.ts'

export const employeeCalls: readonly Call[] = [
  defineCall({
    method: 'GET',
    paths: ['Employee/Employees'],
    access: 'data',
    query: z.strictObject({ ...requiredPaging, changedSince: queryTime.optional() }),
    run: ({ database }, query) => {
      // Nobody is told of people who were removed: they are simply missing.
      if (query.changedSince !== undefined)
        return listAnswer(database.roster.changedSince(query.changedSince), query)
      const { skip, take } = pageOf(query)
      return json({ Results: database.roster.slice(skip, take), Total: database.roster.count() })
    },
  }),
]
