/** The rights and roles of this product (A9). */
export const hrAccess = {
  rights: [
    'people:read',
    'people:write',
    'bookings:read',
    'bookings:write',
    'absences:read',
    'absences:write',
    'balances:read',
    'masterdata:read',
  ],
  /** What an admin looks after in it, as a word in a sentence. */
  subject: { en: 'Sage', de: 'Sage' },
  /** Roles that the first admin of a tenant has, and its first token. */
  ofAdmins: ['admin-access-control', 'admin-app', 'admin-terminal'],
  roles: {
    'admin-access-control': {
      rights: ['people:read', 'licence:read'],
      name: { en: 'Admin access control', de: 'Admin Zutrittskontrolle' },
      purpose: {
        en: 'Also given to admins who look after access control.',
        de: 'Zusätzlich für Admins, die die Zutrittskontrolle betreuen.',
      },
    },
    'admin-app': {
      rights: [
        'people:read',
        'absences:read',
        'balances:read',
        'masterdata:read',
        'bookings:read',
        'licence:read',
      ],
      name: { en: 'Admin app', de: 'Admin App' },
      purpose: {
        en: 'Also given to admins who set up the mobile app.',
        de: 'Zusätzlich für Admins, die die mobile App einrichten.',
      },
    },
    'admin-terminal': {
      rights: [
        'people:read',
        'balances:read',
        'masterdata:read',
        'bookings:read',
        'bookings:write',
        'licence:read',
      ],
      name: { en: 'Admin terminal', de: 'Admin Terminal' },
      purpose: {
        en: 'Also given to admins who set up time terminals.',
        de: 'Zusätzlich für Admins, die Zeiterfassungsterminals einrichten.',
      },
    },
    personal: {
      rights: [],
      name: { en: 'Personal time recording', de: 'Persönliche Erfassung' },
      purpose: {
        en: 'Signs one person in to the app to record their own time. Sees nothing in the portal.',
        de: 'Meldet eine Person an der App an, damit sie ihre eigene Zeit erfasst. Sieht im Portal nichts.',
      },
    },
    team: {
      rights: ['people:read'],
      name: { en: 'Team recording', de: 'Teamerfassung' },
      purpose: {
        en: 'Signs a shared device in, at which a team records its time. Sees the names of its people.',
        de: 'Meldet ein gemeinsames Gerät an, an dem ein Team seine Zeit erfasst. Sieht die Namen seiner Personen.',
      },
    },
  },
} as const
