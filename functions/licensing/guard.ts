import { type Language, StegError } from '../../shared/errors/error.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { type Article, articleNames } from './rules/licence.ts'
import { articlesFor, type Need } from './rules/needs.ts'
import type { LicensingService } from './service.ts'

/** The same endpoints, of which those that need an article refuse when the tenant has none that is active. */
export function guardEndpoints(
  endpoints: readonly Endpoint[],
  needs: readonly Need[],
  licensing: Pick<LicensingService, 'hasOneOf'>,
): readonly Endpoint[] {
  for (const { endpoint } of needs) {
    // A renamed endpoint would be free of charge for ever, without anybody noticing.
    if (!endpoints.some(({ id }) => id === endpoint)) throw new Error(`No endpoint ${endpoint} to license`)
  }
  return endpoints.map((endpoint) =>
    needs.some((need) => need.endpoint === endpoint.id)
      ? guardEndpoint(endpoint, needs, licensing)
      : endpoint,
  )
}

function guardEndpoint(
  endpoint: Endpoint,
  needs: readonly Need[],
  licensing: Pick<LicensingService, 'hasOneOf'>,
): Endpoint {
  return {
    ...endpoint,
    errors: [...endpoint.errors, 'article-inactive'],
    async handle(call) {
      const by = call.actor.kind === 'user' ? 'user' : 'token'
      const oneOf = articlesFor({ endpoint: endpoint.id, by, body: call.body }, needs)
      if (oneOf !== undefined && !(await licensing.hasOneOf(call.tenantId, oneOf))) {
        throw new StegError('article-inactive', { articles: inWords(oneOf, call.language) })
      }
      return endpoint.handle(call)
    },
  }
}

/** In the language of the answer: names of articles are no parameters that could be kept and translated later. */
function inWords(oneOf: readonly Article[], language: Language): string {
  const names = oneOf.map((article) => articleNames[article][language])
  return language === 'de'
    ? names.map((name) => `„${name}“`).join(' oder ')
    : names.map((name) => `"${name}"`).join(' or ')
}
