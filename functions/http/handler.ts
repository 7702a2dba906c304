import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions'
import type { z } from 'zod'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import { type Endpoint, isBodyOptional } from './endpoint.ts'
import type { Authenticate } from './principal.ts'
import { problemResponse } from './problem.ts'
import { bearerToken, formatEtag, ifMatchOf, jsonBodyOf, languageOf, queryOf, validate } from './request.ts'

/** The Functions handler of an endpoint: who → what → do → answer, and every failure as a problem document. */
export function httpHandler(endpoint: Endpoint, authenticate: Authenticate): HttpHandler {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const language = languageOf(request)
    try {
      const tenantId = await authorise(endpoint, request, authenticate)
      const reply = await endpoint.handle({
        tenantId,
        params: endpoint.params ? paramsOf(endpoint.params, request) : undefined,
        query: endpoint.query ? validate(endpoint.query, queryOf(request), 'query', language) : undefined,
        body: endpoint.body
          ? validate(endpoint.body, await jsonBodyOf(request, isBodyOptional(endpoint)), 'body', language)
          : undefined,
        ifMatch: ifMatchOf(request, language),
        language,
      })
      return {
        status: endpoint.success.status,
        headers: {
          'Cache-Control': 'no-store',
          'Content-Language': language,
          ...(reply.etag === undefined ? {} : { ETag: formatEtag(reply.etag) }),
          ...(reply.location === undefined ? {} : { Location: reply.location }),
          ...(endpoint.success.status === 204 ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
        },
        ...(endpoint.success.status === 204 ? {} : { body: JSON.stringify(reply.body) }),
      }
    } catch (error) {
      if (!isStegError(error)) context.error(`${endpoint.id} failed`, error)
      return problemResponse(translate(error, request), language, context.invocationId)
    }
  }
}

/** @returns the calling tenant, or '' where no tenant calls. */
async function authorise(
  endpoint: Endpoint,
  request: HttpRequest,
  authenticate: Authenticate,
): Promise<string> {
  if (endpoint.access === 'anyone') return ''
  const token = bearerToken(request)
  const principal = token === undefined ? undefined : await authenticate(token)
  if (principal === undefined) throw new StegError('unauthenticated', {})
  if (endpoint.access === 'operator') {
    if (principal.kind !== 'operator') throw new StegError('forbidden', { right: 'operator' })
    return ''
  }
  const { right } = endpoint.access
  if (principal.kind !== 'tenant' || !principal.rights.has(right)) throw new StegError('forbidden', { right })
  return principal.tenantId
}

/** An id of a form that no id has is the address of nothing. */
function paramsOf<T extends z.ZodType>(schema: T, request: HttpRequest): z.output<T> {
  const parsed = schema.safeParse(request.params)
  if (parsed.success) return parsed.data
  throw new StegError('not-found', { what: String(parsed.error.issues[0]?.path[0] ?? 'page') })
}

/** A lost race is the caller's failed precondition when it named one. */
function translate(error: unknown, request: HttpRequest): unknown {
  if (isStegError(error, 'store-conflict') && request.headers.has('if-match')) {
    return new StegError('precondition-failed', {}, { cause: error })
  }
  return error
}
