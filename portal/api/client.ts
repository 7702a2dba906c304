import createClient, {
  type ClientPathsWithMethod,
  type MaybeOptionalInit,
  type MethodResponse,
  type Middleware,
} from 'openapi-fetch'
import { currentLanguage } from '../i18n/language.ts'
import { problemOf, unreachable } from './problem.ts'
import type { paths } from './schema.d.ts'

let csrfToken: string | undefined
let onSignedOut: () => void = () => undefined

/** What every change is sent with from now on; other sites cannot know it. */
export function sendCsrfToken(token: string | undefined): void {
  csrfToken = token
}

/** What happens when the hub no longer knows the session. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler
}

const own: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', currentLanguage())
    if (request.method !== 'GET' && csrfToken !== undefined) request.headers.set('X-Steg-CSRF', csrfToken)
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== '/api/v1/session') onSignedOut()
  },
  onError({ error }) {
    // A call that was given up has not failed.
    return error instanceof DOMException && error.name === 'AbortError' ? error : unreachable(error)
  },
}

/** Calls the hub. Types come from its own description, so that a call it would not understand does not compile. */
export const client = createClient<paths>()
client.use(own)

type Client = typeof client
export type ReadPath = ClientPathsWithMethod<Client, 'get'>
export type ReadInit<P extends ReadPath> = MaybeOptionalInit<paths[P], 'get'>
export type Answer<P extends ReadPath> = MethodResponse<Client, 'get', P>

/** The content of an answer. @throws Problem */
export async function answerOf<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await answer
  if (!response.ok) throw problemOf(response.status, error)
  return data as T
}
