import type { Browser, BrowserContextOptions } from 'playwright-core'

export type SignedIn = NonNullable<BrowserContextOptions['storageState']>

/** Signs in as a person would, once; later profiles of the browser begin with the cookie. */
export async function signIn(
  browser: Browser,
  url: string,
  credentials: { readonly email: string; readonly password: string } | { readonly operatorToken: string },
): Promise<SignedIn> {
  const context = await browser.newContext()
  const answer = await context.request.post(`${url}/api/v1/session`, {
    data: credentials,
    headers: { Origin: url },
  })
  if (!answer.ok()) throw new Error(`not signed in: ${answer.status()} ${await answer.text()}`)
  const state = await context.storageState()
  await context.close()
  return state
}
