/**
 * What needs an article (A11). Everything that is not listed needs none: above all the jobs, so that what was accepted
 * still goes to Sage when a licence ends, and locking people.
 */
export const hrNeeds = [
  { endpoint: 'createBookings', by: ['token'], oneOf: ['terminalConnection', 'mobileApp'] },
  { endpoint: 'createBookings', by: ['user'], oneOf: ['mobileApp'] },
  { endpoint: 'requestAbsences', by: ['token'], oneOf: ['terminalConnection', 'mobileApp'] },
  { endpoint: 'requestAbsences', by: ['user'], oneOf: ['mobileApp'] },
  {
    endpoint: 'editPerson',
    by: ['token', 'user'],
    filling: 'identMedia',
    oneOf: ['terminalConnection', 'accessControl'],
  },
] as const
