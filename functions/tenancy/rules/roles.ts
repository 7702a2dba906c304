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
  'users:read',
  'users:write',
  'tokens:read',
  'tokens:write',
  'audit:read',
  'licence:read',
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
  'admin-access-control': ['people:read', 'licence:read'],
  'admin-app': [
    'people:read',
    'absences:read',
    'balances:read',
    'masterdata:read',
    'bookings:read',
    'licence:read',
  ],
  'admin-terminal': [
    'people:read',
    'balances:read',
    'masterdata:read',
    'bookings:read',
    'bookings:write',
    'licence:read',
  ],
  personal: [],
  team: ['people:read'],
}

/** How a role is called and what it is for, as those see it who give it. */
export const roleTexts: Readonly<
  Record<Role, Readonly<Record<'name' | 'purpose', { en: string; de: string }>>>
> = {
  admin: {
    name: { en: 'Admin', de: 'Admin' },
    purpose: {
      en: 'Sets everything up and sees everything: Sage, agents, jobs, people, users.',
      de: 'Richtet alles ein und sieht alles: Sage, Agenten, Jobs, Personen, Benutzer.',
    },
  },
  'admin-access-control': {
    name: { en: 'Admin access control', de: 'Admin Zutrittskontrolle' },
    purpose: {
      en: 'Also given to admins who look after access control.',
      de: 'Zusätzlich für Admins, die die Zutrittskontrolle betreuen.',
    },
  },
  'admin-app': {
    name: { en: 'Admin app', de: 'Admin App' },
    purpose: {
      en: 'Also given to admins who set up the mobile app.',
      de: 'Zusätzlich für Admins, die die mobile App einrichten.',
    },
  },
  'admin-terminal': {
    name: { en: 'Admin terminal', de: 'Admin Terminal' },
    purpose: {
      en: 'Also given to admins who set up time terminals.',
      de: 'Zusätzlich für Admins, die Zeiterfassungsterminals einrichten.',
    },
  },
  personal: {
    name: { en: 'Personal time recording', de: 'Persönliche Erfassung' },
    purpose: {
      en: 'Signs one person in to the app to record their own time. Sees nothing in the portal.',
      de: 'Meldet eine Person an der App an, damit sie ihre eigene Zeit erfasst. Sieht im Portal nichts.',
    },
  },
  team: {
    name: { en: 'Team recording', de: 'Teamerfassung' },
    purpose: {
      en: 'Signs a shared device in, at which a team records its time. Sees the names of its people.',
      de: 'Meldet ein gemeinsames Gerät an, an dem ein Team seine Zeit erfasst. Sieht die Namen seiner Personen.',
    },
  },
}

/** The rights that a role carries. */
export function rightsOfRole(role: Role): readonly Right[] {
  return granted[role]
}

/** The roles of a tenant token as `POST /tenants` returns it. */
export const adminRoles: readonly Role[] = ['admin', 'admin-access-control', 'admin-app', 'admin-terminal']

export function rightsOf(held: readonly Role[]): ReadonlySet<Right> {
  return new Set(held.flatMap((role) => granted[role]))
}
