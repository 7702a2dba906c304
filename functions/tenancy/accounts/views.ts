import { z } from 'zod'
import { toIso } from '../../../shared/clock.ts'
import { said } from '../../http/text.ts'
import { rights, roles } from '../rules/roles.ts'
import { scopeLists } from '../scope-lists.ts'
import { isEmail } from './rules/email.ts'
import type { Pending } from './rules/pending.ts'
import type { SignedIn } from './service.ts'
import type { UserView } from './users.ts'

export const Language = z.enum(['de', 'en'])

export const Email = z
  .string()
  .trim()
  .max(254)
  .refine(isEmail, said({ en: 'must be an e-mail address', de: 'muss eine E-Mail-Adresse sein' }))

/** Of a link in a mail, or of nothing. */
export const MailedToken = z.object({ token: z.string().regex(/^[0-9A-Za-z_-]{1,200}$/) })

export const ScopeBody = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('everyone') }),
    z.strictObject({ kind: z.literal('limited'), ...scopeLists }),
  ])
  .meta({ id: 'Scope', description: 'Whose data may be seen.' })

export const UserSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    language: Language,
    roles: z.array(z.enum(roles)),
    scope: ScopeBody,
    state: z.enum(['invited', 'expired', 'active', 'locked']).meta({
      description: '`expired`: the invitation was not used in time; send it again.',
    }),
    mail: z.enum(['sending', 'sent', 'failed']).nullable().meta({
      description: 'What became of the mail with the invitation; null when none is open.',
    }),
    invitedUntil: z.iso.datetime().nullable(),
    newEmail: z.string().nullable().meta({ description: 'An address that is not confirmed yet.' }),
    microsoft: z.boolean().meta({ description: 'Whether a Microsoft account is linked.' }),
    createdAt: z.iso.datetime(),
    lastSignInAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'User' })

export function shownUser(view: UserView): z.input<typeof UserSchema> {
  const { scope } = view
  return {
    ...view,
    roles: [...view.roles],
    scope:
      scope.kind === 'everyone'
        ? { kind: 'everyone' }
        : { kind: 'limited', people: [...scope.people], groups: [...scope.groups] },
    invitedUntil: isoOrNull(view.invitedUntil),
    createdAt: toIso(view.createdAt),
    lastSignInAt: isoOrNull(view.lastSignInAt),
  }
}

/** For the audit log: which links of before are no longer good. */
export function auditedVoided(voided: readonly Pending[]) {
  return voided.length === 0 ? {} : { audited: { voided: voided.join(', ') } }
}

export const SessionSchema = z
  .object({
    signedIn: z.boolean(),
    kind: z.enum(['user', 'operator']).nullable(),
    csrfToken: z.string().nullable().meta({ description: 'For the header `X-Steg-CSRF` of every change.' }),
    user: z
      .object({
        id: z.string(),
        email: z.string(),
        firstName: z.string().nullable(),
        lastName: z.string().nullable(),
        language: Language,
        roles: z.array(z.enum(roles)),
        newEmail: z.string().nullable(),
        microsoft: z.boolean(),
        hasPassword: z.boolean(),
      })
      .nullable(),
    tenant: z.object({ id: z.string(), name: z.string() }).nullable(),
    rights: z.array(z.enum(rights)),
    scope: ScopeBody.nullable(),
    signInMethods: z.object({ password: z.boolean(), microsoft: z.boolean() }),
  })
  .meta({ id: 'Session' })

/** What the portal needs to know about whoever sits before it. */
export function shownSession(
  found: SignedIn | undefined,
  tenantName: string | undefined,
  microsoft: boolean,
): z.input<typeof SessionSchema> {
  const user = found?.user
  const principal = found?.principal
  const tenant = principal?.kind === 'tenant' ? principal : undefined
  return {
    signedIn: found !== undefined,
    kind: found === undefined ? null : user === undefined ? 'operator' : 'user',
    csrfToken: found?.session.csrfToken ?? null,
    user:
      user === undefined || found === undefined
        ? null
        : {
            id: found.owner.userId,
            email: user.email,
            firstName: user.firstName ?? null,
            lastName: user.lastName ?? null,
            language: user.language,
            roles: user.roles,
            newEmail: user.newEmail?.email ?? null,
            microsoft: user.microsoft !== undefined,
            hasPassword: user.passwordHash !== undefined,
          },
    tenant: tenant === undefined ? null : { id: tenant.tenantId, name: tenantName ?? '' },
    rights: tenant === undefined ? [] : [...tenant.rights],
    scope: tenant === undefined ? null : (tenant.scope as z.input<typeof ScopeBody>),
    signInMethods: { password: true, microsoft },
  }
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : toIso(ms)
}
