import { z } from 'zod'
import { json, noContent, Refusal } from '../answers.ts'
import { emptyKey } from '../person.ts'
import { type Call, defineCall, noQuery, ownEmployee } from './call.ts'

const credentials = z.strictObject({
  Username: z.string(),
  Password: z.string(),
  NtAuthorization: z.boolean(),
})

export const securityCalls: readonly Call[] = [
  defineCall({
    method: 'POST',
    paths: ['Authorization'],
    access: 'database',
    query: noQuery,
    body: credentials,
    run: ({ site, database }, _query, { Username, Password, NtAuthorization }) => {
      const user = site.users.get(Username)
      // The users of this installation sign in with a password; none is a Windows account.
      if (NtAuthorization || user?.password !== Password) {
        throw new Refusal(401, 'User name or password is wrong.')
      }
      return noContent({ 'Set-Cookie': site.sessions.open(Username, database.key) })
    },
  }),
  defineCall({
    method: 'POST',
    paths: ['Security/Calculate'],
    access: 'signed-in',
    query: noQuery,
    run: ({ session }) => {
      if (session) session.calculated = true
      return noContent({})
    },
  }),
  defineCall({
    method: 'GET',
    paths: ['AuthorizationInfo'],
    access: 'signed-in',
    query: noQuery,
    run: (context) => {
      const person = ownEmployee(context)
      return json({
        UserId: [...context.site.users.keys()].indexOf(context.session?.username ?? '') + 1,
        Employee: {
          Firstname: person?.Firstname ?? '',
          Lastname: person?.Lastname ?? '',
          Fullname: person ? `${person.Lastname}, ${person.Firstname}` : '',
        },
        EmployeeKey: person?.EmployeeKey ?? emptyKey,
      })
    },
  }),
]
