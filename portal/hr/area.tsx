import { Clock20Regular } from '@fluentui/react-icons/svg/clock'
import { People20Regular } from '@fluentui/react-icons/svg/people'
import type { Area } from '../ui/area.ts'

/** Sage HR in the portal: people and their bookings, requests and balances. */
export const hr: Area = {
  routes: [
    { path: '/people', lazy: () => import('./people/people-page.tsx') },
    { path: '/people/groups', lazy: () => import('./people/groups-page.tsx') },
    { path: '/people/:id', lazy: () => import('./people/person-page.tsx') },
    { path: '/bookings', lazy: () => import('./bookings/bookings-page.tsx') },
  ],
  entries: [
    { to: '/people', text: 'entry.people', icon: People20Regular, right: 'people:read' },
    { to: '/bookings', text: 'entry.bookings', icon: Clock20Regular, right: 'bookings:read' },
  ],
  live: {
    rights: ['bookings:read'],
    events: { bookings: ['/api/v1/bookings'] },
    afterRuns: ['/api/v1/people', '/api/v1/balances', '/api/v1/absence', '/api/v1/additional-inputs'],
  },
}
