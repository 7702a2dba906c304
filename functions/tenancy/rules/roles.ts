import { productAccess, productRoles } from '../../products/rules/access.ts'

/** Who may do what (A9). One table: the rights a role carries, those of the hub itself and those of its products. */

const siteRights = [
  'variables:read',
  'variables:write',
  'agents:read',
  'agents:write',
  'jobs:read',
  'jobs:write',
  'jobs:run',
] as const
const accessRights = [
  'users:read',
  'users:write',
  'tokens:read',
  'tokens:write',
  'audit:read',
  'licence:read',
] as const

type Access = (typeof productAccess)[number]
export type Right = (typeof siteRights)[number] | Access['rights'][number] | (typeof accessRights)[number]
export type Role = 'admin' | keyof typeof productRoles

export const rights: readonly Right[] = [
  ...siteRights,
  ...productAccess.flatMap((access) => access.rights),
  ...accessRights,
]

interface RoleDefinition {
  readonly rights: readonly Right[]
  /** How it is called and what it is for, as those see it who give it. */
  readonly name: { readonly en: string; readonly de: string }
  readonly purpose: { readonly en: string; readonly de: string }
}

const subjects = (language: 'en' | 'de') => productAccess.map(({ subject }) => subject[language]).join(', ')

const definitions: Readonly<Record<Role, RoleDefinition>> = {
  admin: {
    rights,
    name: { en: 'Admin', de: 'Admin' },
    purpose: {
      en: `Sets everything up and sees everything: ${subjects('en')}, agents, jobs, people, users.`,
      de: `Richtet alles ein und sieht alles: ${subjects('de')}, Agenten, Jobs, Personen, Benutzer.`,
    },
  },
  ...productRoles,
}

export const roles = Object.keys(definitions) as Role[]

export const roleTexts: Readonly<Record<Role, Pick<RoleDefinition, 'name' | 'purpose'>>> = definitions

/** The rights that a role carries. */
export function rightsOfRole(role: Role): readonly Right[] {
  return definitions[role].rights
}

/** The roles of a tenant token as `POST /tenants` returns it. */
export const adminRoles: readonly Role[] = ['admin', ...productAccess.flatMap(({ ofAdmins }) => ofAdmins)]

export function rightsOf(held: readonly Role[]): ReadonlySet<Right> {
  return new Set(held.flatMap((role) => definitions[role].rights))
}
