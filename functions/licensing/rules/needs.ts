import type { Article } from './licence.ts'

/** What somebody asks for, as far as it matters here. */
export interface Attempt {
  /** Id of the endpoint. */
  readonly endpoint: string
  /** Terminals and other programs come with a token, people with their session. */
  readonly by: 'token' | 'user'
  readonly body: unknown
}

interface Need {
  readonly endpoint: string
  readonly by: readonly Attempt['by'][]
  /** Only when this list in the body holds something: taking everything away is always possible. */
  readonly filling?: string
  /** One of these has to be active. */
  readonly oneOf: readonly Article[]
}

/**
 * What needs an article. Everything that is not listed needs none: above all the jobs, so that what was accepted still
 * goes to Sage when a licence ends, and locking people.
 */
export const needs: readonly Need[] = [
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
]

/** The articles of which one has to be active; undefined when it needs none. */
export function neededFor({ endpoint, by, body }: Attempt): readonly Article[] | undefined {
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
