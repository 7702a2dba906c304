import type { start as leading } from '../de/start.ts'
import type { TextsLike } from '../shape.ts'

export const start: TextsLike<typeof leading> = {
  title: 'Start',
  nothing: 'Choose in the navigation what you would like to see.',
  setup: { title: 'Set-up' },
  step: {
    variables: 'Access to Sage',
    agent: 'Agent on the machine next to Sage',
    jobs: 'Jobs with a schedule',
    people: 'People from Sage',
  },
  state: { done: 'done', missing: 'missing', failing: 'failing' },
  failures: {
    title: 'Failed lately',
    none: 'Everything works. There are no open failures.',
    agent: 'Agent {{name}} is not connected',
    run: 'Run of {{job}} has failed',
    bookings_one: 'One booking has not reached Sage',
    bookings_other: '{{number}} bookings have not reached Sage',
    bookingsAtLeast_one: 'At least one booking has not reached Sage',
    bookingsAtLeast_other: 'At least {{number}} bookings have not reached Sage',
  },
  summary: {
    people: 'People',
    fromSage: 'from Sage',
    agents: 'Agents',
    connected: 'connected',
    sync: 'Last synchronisation',
    next: 'Next:',
  },
}
