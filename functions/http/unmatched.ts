import { StegError } from '../../shared/errors/error.ts'
import type { Endpoint } from './endpoint.ts'

/** Why no endpoint answered: nothing is there, or it does not take this method. `allow` is for the header. */
export function unmatched(
  path: string,
  endpoints: readonly Endpoint[],
): { error: StegError; allow?: string } {
  const allowed = endpoints
    .filter((endpoint) => templateOf(endpoint.path).test(path))
    .map(({ method }) => method)
  if (allowed.length === 0) return { error: new StegError('not-found', { what: 'page' }) }
  const allow = [...new Set(allowed)].sort().join(', ')
  return { error: new StegError('method-not-allowed', { allowed: allow }), allow }
}

function templateOf(path: string): RegExp {
  const pattern = path
    .split(/\{\w+\}/)
    .map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]+')
  return new RegExp(`^/api/v1${pattern}/?$`, 'i')
}
