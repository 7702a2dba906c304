import createClient, { type Client } from 'openapi-fetch'
import type { paths } from '../../portal/api/schema.d.ts'
import type { PortalUnderTest } from './portal.ts'

/** The hub's API with the demo company's token, to prepare what the pages show and to see what they have done. */
export function apiOf({ demo, url }: PortalUnderTest): Client<paths> {
  return createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${demo.tenantToken}` } })
}

/** The content of an answer that has to be a good one. */
export async function contentOf<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer
  if (data === undefined) throw new Error(JSON.stringify(error))
  return data
}
