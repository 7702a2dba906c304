import { expect } from 'vitest'
import type { Site } from '../accounts/site.ts'
import type { startOpenIdProvider } from './provider.ts'

export const CALLBACK = '/sign-in/microsoft/callback'
export const REDIRECT = `https://steg.example/api/v1${CALLBACK}`

export type Browser = ReturnType<Site['browser']>
type Provider = Awaited<ReturnType<typeof startOpenIdProvider>>

export function addPerson(provider: Provider, sub: string, email: string, verified = true): void {
  provider.people.set(sub, { email, email_verified: verified, given_name: 'Mia', family_name: 'Müller' })
}

/** @returns where the provider is */
export async function leave(browser: Browser, query = ''): Promise<string> {
  const answer = await browser.ask('GET', `/sign-in/microsoft${query}`)
  expect(answer.status).toBe(302)
  return answer.headers.get('location') ?? ''
}

/** @returns where the browser ends: `/` or the sign-in page with an error. */
export async function come(browser: Browser, callback: URL): Promise<string | null> {
  const answer = await browser.ask('GET', `${CALLBACK}${callback.search}`)
  expect(answer.status).toBe(302)
  return answer.headers.get('location')
}

export async function visit(
  provider: Provider,
  browser: Browser,
  as: string | undefined,
  query = '',
): Promise<string | null> {
  return come(browser, await provider.visit(await leave(browser, query), as))
}

export const whoIs = async (browser: Browser) => (await browser.ask('GET', '/session')).body
