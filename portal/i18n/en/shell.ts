import type { shell as leading } from '../de/shell.ts'
import type { TextsLike } from '../shape.ts'

export const shell: TextsLike<typeof leading> = {
  account: 'My account',
  closeNavigation: 'Close navigation',
  language: 'Language',
  navigation: 'Navigation',
  operator: 'Operator',
  signOut: 'Sign out',
  skip: 'Skip to content',
  theme: 'Appearance',
  themes: { system: 'As in the system', light: 'Light', dark: 'Dark' },
  toggleNavigation: 'Expand or collapse navigation',
  toStart: 'To the start page',
  userMenu: 'User menu of {{name}}',
  entry: {
    audit: 'Audit log',
    bookings: 'Bookings',
    connectors: 'Connectors',
    help: 'Help',
    jobs: 'Jobs',
    licence: 'Licence',
    people: 'People',
    reference: 'API reference',
    start: 'Start',
    tenants: 'Tenants',
    tokens: 'API tokens',
    users: 'Users',
    variables: 'Variables',
  },
  section: { administration: 'Administration', help: 'Help' },
  live: {
    live: { text: 'Live', more: 'Changes appear by themselves.' },
    connecting: { text: 'Connecting …', more: 'The connection to Steg is being opened.' },
    offline: {
      text: 'Disconnected',
      more: 'Steg cannot be reached at the moment; the page shows what was known last.',
    },
  },
  notFound: {
    title: 'Page not found',
    text: 'There is no page at this address. The link may be old or misspelt.',
  },
  broken: {
    title: 'The page cannot be shown',
    text: 'Perhaps Steg has just been updated or the connection was lost. Reloading the page usually helps.',
    reload: 'Reload page',
  },
}
