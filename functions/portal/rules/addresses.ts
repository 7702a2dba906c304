/** First segments of the portal's own addresses, besides those of products. What is below them is the portal's affair, which reads the address itself. */
const areas: ReadonlySet<string> = new Set([
  '',
  'account',
  'audit',
  'connectors',
  'email-confirmation',
  'address-restoration',
  'forgotten-password',
  'help',
  'invitation',
  'jobs',
  'licence',
  'password-reset',
  'sign-in',
  'tenants',
  'tokens',
  'users',
  'variables',
])

export function isPortalAddress(pathname: string, ofProducts: readonly string[]): boolean {
  const area = pathname.split('/')[1] ?? ''
  return areas.has(area) || ofProducts.includes(area)
}
