import type { licence as leading } from '../de/licence.ts'
import type { TextsLike } from '../shape.ts'

export const licence: TextsLike<typeof leading> = {
  title: 'Licence',
  lead: 'These articles are ordered for your company. Only the operator of the platform can change that.',
  trial:
    'You are trying out all articles. After the day shown, what you have ordered by then stays active; what is already accepted still goes to Sage in any case.',
  article: 'Article',
  state: 'State',
  states: { active: 'Active', ended: 'Ended', inactive: 'Not active' },
  until: 'Valid until',
  endless: 'Without end',
  for: 'What for',
  purposes: {
    terminalConnection: 'Bookings and requests from terminals; giving out ident media',
    mobileApp: 'Bookings and requests in the app',
    accessControl: 'Giving out ident media',
  },
}
