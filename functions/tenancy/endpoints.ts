import { z } from 'zod'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { listOf, PageQuery, pageOf } from '../http/paging.ts'
import { line } from '../http/text.ts'
import type { AccountsService } from './accounts/service.ts'
import { Email, Language, shownUser, UserSchema } from './accounts/views.ts'
import { adminRoles, rights, rightsOfRole, roles, roleTexts } from './rules/roles.ts'
import type { TenancyService } from './service.ts'

const RoleView = z
  .object({
    role: z.enum(roles),
    name: z.string(),
    purpose: z.string(),
    rights: z.array(z.enum(rights)),
  })
  .meta({ id: 'Role' })

export function tenancyEndpoints(tenancy: TenancyService, accounts: AccountsService): readonly Endpoint[] {
  async function inviteAdmin(tenantId: string, email: string, language: 'de' | 'en') {
    const { id } = await accounts.invitations.invite(tenantId, { email, roles: adminRoles, language })
    return shownUser((await accounts.users.get(tenantId, id)).view)
  }

  return [
    endpoint({
      id: 'createTenant',
      method: 'POST',
      path: '/tenants',
      access: 'operator',
      audit: 'ahead',
      tag: 'Tenants',
      summary: 'Create a tenant',
      description:
        'The token in the answer carries all admin roles and is shown this once. With `admin`, its first admin is invited by mail.',
      body: z
        .strictObject({
          name: line(200),
          admin: Email.optional().meta({ description: 'E-mail address of the first admin.' }),
          language: Language.optional().meta({
            description: 'Of the mail; by Accept-Language when left out.',
          }),
        })
        .meta({ id: 'NewTenant' }),
      success: {
        status: 201,
        schema: z
          .object({ id: z.string(), name: z.string(), apiToken: z.string(), admin: UserSchema.optional() })
          .meta({ id: 'Tenant' }),
      },
      errors: ['mail-limit'],
      async handle({ body, language }) {
        // Before there is a tenant whose token nobody would get.
        if (body.admin !== undefined) await accounts.invitations.checkMail(body.admin)
        const tenant = await tenancy.create(body.name)
        const audited = { id: tenant.id, name: tenant.name }
        if (body.admin === undefined) return { body: tenant, audited }
        return {
          audited,
          body: { ...tenant, admin: await inviteAdmin(tenant.id, body.admin, body.language ?? language) },
        }
      },
    }),
    endpoint({
      id: 'listTenants',
      method: 'GET',
      path: '/tenants',
      access: 'operator',
      tag: 'Tenants',
      summary: 'List the tenants',
      query: PageQuery,
      success: {
        status: 200,
        schema: pageOf(
          z
            .object({ id: z.string(), name: z.string(), createdAt: z.iso.datetime() })
            .meta({ id: 'TenantSummary' }),
        ),
      },
      errors: [],
      async handle({ query }) {
        const { tenants, cursor } = await tenancy.list(query)
        return { body: { items: [...tenants], cursor: cursor ?? null } }
      },
    }),
    endpoint({
      id: 'inviteTenantAdmin',
      method: 'POST',
      path: '/tenants/{tenantId}/admins',
      access: 'operator',
      audit: 'ahead',
      tag: 'Tenants',
      summary: 'Invite an admin of a tenant by e-mail',
      params: z.object({ tenantId: z.string().regex(/^[0-9a-z]{8,20}$/) }),
      body: z.strictObject({ email: Email, language: Language.optional() }).meta({ id: 'NewTenantAdmin' }),
      success: { status: 201, schema: UserSchema },
      errors: ['email-taken', 'account-locked', 'mail-limit'],
      async handle({ params, body, language }) {
        await tenancy.nameOf(params.tenantId)
        return { body: await inviteAdmin(params.tenantId, body.email, body.language ?? language) }
      },
    }),
    endpoint({
      id: 'listRoles',
      method: 'GET',
      path: '/roles',
      access: { right: 'users:read' },
      scope: 'no-people',
      tag: 'Users',
      summary: 'List the roles and the rights that they carry',
      success: { status: 200, schema: listOf(RoleView) },
      errors: [],
      handle: async ({ language }) => ({
        body: {
          items: roles.map((role) => ({
            role,
            name: roleTexts[role].name[language],
            purpose: roleTexts[role].purpose[language],
            rights: [...rightsOfRole(role)],
          })),
        },
      }),
    }),
  ]
}
