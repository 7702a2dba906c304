/** Who may do what (A9). One table: the rights a role carries. */

export const rights = [
  'variables:read',
  'variables:write',
  'agents:read',
  'agents:write',
  'jobs:read',
  'jobs:write',
  'jobs:run',
  'people:read',
  'people:write',
  'bookings:read',
  'bookings:write',
  'absences:read',
  'absences:write',
  'balances:read',
  'masterdata:read',
] as const
export type Right = (typeof rights)[number]

export const roles = [
  'admin',
  'admin-access-control',
  'admin-app',
  'admin-terminal',
  'personal',
  'team',
] as const
export type Role = (typeof roles)[number]

const granted: Record<Role, readonly Right[]> = {
  admin: rights,
  'admin-access-control': ['people:read'],
  'admin-app': ['people:read', 'absences:read', 'balances:read', 'masterdata:read', 'bookings:read'],
  'admin-terminal': ['people:read', 'balances:read', 'masterdata:read', 'bookings:read', 'bookings:write'],
  personal: [],
  team: ['people:read'],
}

/** The roles of a tenant token as `POST /tenants` returns it. */
export const adminRoles: readonly Role[] = ['admin', 'admin-access-control', 'admin-app', 'admin-terminal']

export function rightsOf(held: readonly Role[]): ReadonlySet<Right> {
  return new Set(held.flatMap((role) => granted[role]))
}
