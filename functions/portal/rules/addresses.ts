/** First segments of the portal's own addresses. What is below them is the portal's affair, which reads the address itself. */
const areas: ReadonlySet<string> = new Set([
  '',
  'account',
  'audit',
  'bookings',
  'connectors',
  'email-confirmation',
  'address-restoration',
  'forgotten-password',
  'help',
  'invitation',
  'jobs',
  'licence',
  'password-reset',
  'people',
  'sign-in',
  'tenants',
  'tokens',
  'users',
  'variables',
])

export function isPortalAddress(pathname: string): boolean {
  return areas.has(pathname.split('/')[1] ?? '')
}
