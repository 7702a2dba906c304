/** The site of agents whose access token named none: a tenant with one site never has to think of sites. */
export const DEFAULT_SITE = 'main'

/** Ids of sites hold a dot, those of agents do not; both begin with the tenant's, so that no row has to be searched. */
export function siteId(tenantId: string, site: string): string {
  return `${tenantId}.${site}`
}

export function parseSiteId(id: string): { tenantId: string; site: string } | undefined {
  const match = /^([0-9a-z]{8,20})\.([0-9a-z-]{1,32})$/.exec(id)
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { tenantId: match[1], site: match[2] }
}
