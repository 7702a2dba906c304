import type { Article } from './licence.ts'

/** What somebody asks for, as far as it matters here. */
export interface EndpointUse {
  /** Id of the endpoint. */
  readonly endpoint: string
  /** Terminals and other programs come with a token, people with their session. */
  readonly by: 'token' | 'user'
  readonly body: unknown
}

/** What needs an article. An endpoint of which nothing is said needs none. */
export interface Need {
  readonly endpoint: string
  readonly by: readonly EndpointUse['by'][]
  /** Only when this list in the body holds something: taking everything away is always possible. */
  readonly filling?: string
  /** One of these has to be active. */
  readonly oneOf: readonly Article[]
}

/** The articles of which one has to be active; undefined when it needs none. */
export function articlesFor(
  { endpoint, by, body }: EndpointUse,
  needs: readonly Need[],
): readonly Article[] | undefined {
  return needs.find(
    (need) =>
      need.endpoint === endpoint &&
      need.by.includes(by) &&
      (need.filling === undefined || fills(body, need.filling)),
  )?.oneOf
}

function fills(body: unknown, list: string): boolean {
  const value = typeof body === 'object' && body !== null ? Object.entries(body) : []
  return value.some(([name, content]) => name === list && Array.isArray(content) && content.length > 0)
}
