import { z } from 'zod'
import { type Call, type Endpoint, endpoint, noBody } from '../../http/endpoint.ts'
import { PageQuery, pageOf } from '../../http/paging.ts'
import { Id, line } from '../../http/text.ts'
import { roles } from '../rules/roles.ts'
import type { AddressProof } from './addresses.ts'
import type { AccountsService } from './service.ts'
import { checkGiving, limitsOf } from './users.ts'
import { auditedVoided, Email, Language, ScopeBody, shownUser, UserSchema } from './views.ts'

const Roles = z.array(z.enum(roles)).min(1).max(roles.length)
const Params = z.object({ id: Id })

/** The users of a tenant, for its admins (A9). */
export function userEndpoints(accounts: AccountsService): readonly Endpoint[] {
  const { users, invitations, addresses } = accounts
  const shown = async (tenantId: string, id: string) => {
    const { view, etag } = await users.get(tenantId, id)
    return { body: shownUser(view), etag }
  }

  return [
    endpoint({
      id: 'listUsers',
      method: 'GET',
      path: '/users',
      access: { right: 'users:read' },
      tag: 'Users',
      summary: 'List the users',
      query: PageQuery.extend({
        search: z.string().max(200).optional().meta({ description: 'Words in name or address.' }),
        state: UserSchema.shape.state.optional(),
        role: z.enum(roles).optional(),
      }),
      success: { status: 200, schema: pageOf(UserSchema).extend({ total: z.int() }) },
      errors: ['invalid-request'],
      async handle({ tenantId, query }) {
        const all = await users.list(tenantId, query)
        const from = Number(/^\d{1,6}$/.exec(query.cursor ?? '0')?.[0] ?? 0)
        const to = from + query.limit
        return {
          body: {
            items: all.slice(from, to).map(shownUser),
            total: all.length,
            cursor: to < all.length ? String(to) : null,
          },
        }
      },
    }),
    endpoint({
      id: 'inviteUser',
      method: 'POST',
      path: '/users',
      access: { right: 'users:write' },
      audit: 'ahead',
      tag: 'Users',
      summary: 'Invite a user by e-mail',
      description:
        'When the mail cannot be sent, the user stays with `mail: "failed"`; POST /users/{id}/invitation repeats it. Who was invited before and has not registered yet gets a new link, and what is chosen here. An address is taken when its owner has registered, not before: whether another tenant knows it is not told.',
      body: z
        .strictObject({
          email: Email,
          roles: Roles,
          scope: ScopeBody.optional().meta({ description: 'Everybody when left out.' }),
          language: Language.optional().meta({
            description: 'Of the mail; by Accept-Language when left out.',
          }),
          firstName: line(100).optional(),
          lastName: line(100).optional(),
        })
        .meta({ id: 'NewUser' }),
      success: { status: 201, schema: UserSchema },
      errors: [
        'email-taken',
        'account-locked',
        'mail-limit',
        'scope-empty',
        'group-unknown',
        'store-conflict',
      ],
      async handle({ tenantId, body: { scope, ...body }, language, rights }) {
        checkGiving({ rights }, body.roles, scope)
        const newUser = {
          ...body,
          language: body.language ?? language,
          limitedTo: scope && limitsOf(scope),
        }
        const { id } = await invitations.invite(tenantId, newUser, { rights })
        return { ...(await shown(tenantId, id)), location: `/api/v1/users/${id}` }
      },
    }),
    endpoint({
      id: 'getUser',
      method: 'GET',
      path: '/users/{id}',
      access: { right: 'users:read' },
      tag: 'Users',
      summary: 'Read one user',
      params: Params,
      success: { status: 200, schema: UserSchema },
      errors: [],
      handle: ({ tenantId, params }) => shown(tenantId, params.id),
    }),
    endpoint({
      id: 'editUser',
      method: 'PATCH',
      path: '/users/{id}',
      access: { right: 'users:write' },
      audit: 'ahead',
      tag: 'Users',
      summary: 'Change, lock or unlock a user',
      description:
        'Roles and scope count from the next request on. Locking ends all sessions and voids links of mails. A new address counts once it is confirmed; the old one is told. Your own address is changed with PATCH /account.',
      params: Params,
      body: z
        .strictObject({
          firstName: line(100).optional(),
          lastName: line(100).optional(),
          language: Language.optional(),
          roles: Roles.optional(),
          scope: ScopeBody.optional(),
          locked: z.boolean().optional(),
          email: Email.optional(),
        })
        .meta({ id: 'UserEdit' }),
      success: { status: 200, schema: UserSchema },
      errors: [
        'last-admin',
        'scope-empty',
        'group-unknown',
        'email-taken',
        'user-unregistered',
        'address-change-limit',
        'mail-limit',
        'password-needed',
        'fresh-sign-in-needed',
        'mail-failed',
        'mail-not-configured',
        'store-conflict',
        'precondition-failed',
      ],
      async handle(call) {
        const { tenantId, params, ifMatch } = call
        const { email, ...edit } = call.body
        await checkReach(call)
        const owner = { tenantId, userId: params.id }
        if (email !== undefined) await addresses.check(owner, email, proofOf(call))
        const { voided } = await users.edit(tenantId, params.id, edit, call, ifMatch)
        if (email !== undefined) await addresses.ask(owner, email)
        return { ...(await shown(tenantId, params.id)), ...auditedVoided(voided) }
      },
    }),
    endpoint({
      id: 'removeUser',
      method: 'DELETE',
      path: '/users/{id}',
      access: { right: 'users:write' },
      audit: 'ahead',
      tag: 'Users',
      summary: 'Remove a user, or withdraw an invitation',
      params: Params,
      success: { status: 204 },
      errors: ['last-admin', 'store-conflict'],
      async handle(call) {
        await checkReach(call)
        await users.remove(call.tenantId, call.params.id)
        return noBody
      },
    }),
    endpoint({
      id: 'inviteUserAgain',
      method: 'POST',
      path: '/users/{id}/invitation',
      access: { right: 'users:write' },
      tag: 'Users',
      summary: 'Send the invitation again',
      description: 'With a new link; the one before is no longer good.',
      params: Params,
      success: { status: 200, schema: UserSchema },
      errors: ['user-registered', 'account-locked', 'mail-limit', 'store-conflict'],
      async handle(call) {
        await checkReach(call)
        await invitations.again(call.tenantId, call.params.id)
        return shown(call.tenantId, call.params.id)
      },
    }),
  ]

  /** Who changes their own address proves here, too, that it is they; there is no place for the password. */
  function proofOf({ actor, session, params }: Call<{ id: string }, unknown, unknown>): AddressProof {
    return actor.kind === 'user' && actor.id === params.id
      ? { kind: 'owner', password: undefined, signedInAt: session?.beganAt ?? 0 }
      : { kind: 'admin' }
  }

  /** Nobody changes, calls in or takes away whom they could not have made. @throws StegError `forbidden`, `not-found` */
  async function checkReach(call: Call<{ id: string }, unknown, unknown>): Promise<void> {
    const { view } = await users.get(call.tenantId, call.params.id)
    checkGiving(call, view.roles, undefined)
  }
}
