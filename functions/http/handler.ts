import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions'
import type { z } from 'zod'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import { type AuditTrail, noAudit } from '../audit/port.ts'
import { authorise } from './authorise.ts'
import { cookiesOf, setCookie } from './cookies.ts'
import { type Endpoint, isBodyOptional, type Reply } from './endpoint.ts'
import type { Authentication } from './principal.ts'
import { problemResponse } from './problem.ts'
import { recorded, recordRefusal } from './recording.ts'
import { formatEtag, ifMatchOf, jsonBodyOf, languageOf, queryOf, validate } from './request.ts'
import { clientOf, type Site } from './site.ts'

/** The Functions handler of an endpoint: who → what → do → answer, and every failure as a problem document. */
export function httpHandler(
  endpoint: Endpoint,
  authentication: Authentication,
  site: Site,
  audit: AuditTrail = noAudit,
): HttpHandler {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const language = languageOf(request)
    try {
      const cookies = cookiesOf(request, site)
      const client = clientOf(request, site)
      const caller = await authorise(
        endpoint,
        { request, cookies, client },
        authentication,
        site,
        (principal) => recordRefusal(endpoint, principal, client, request.params, audit),
      )
      const call = {
        ...caller,
        cookies,
        client,
        params: endpoint.params ? paramsOf(endpoint.params, request) : undefined,
        query: endpoint.query ? validate(endpoint.query, queryOf(request), 'query', language) : undefined,
        body: endpoint.body
          ? validate(endpoint.body, await jsonBodyOf(request, isBodyOptional(endpoint)), 'body', language)
          : undefined,
        ifMatch: ifMatchOf(request, language),
        language,
      }
      const reply = await recorded(endpoint, call, audit)
      return {
        ...answer(endpoint, reply, language),
        cookies: (reply.cookies ?? []).map((cookie) => setCookie(cookie, request, site)),
      }
    } catch (error) {
      if (!isStegError(error)) context.error(`${endpoint.id} failed`, error)
      return problemResponse(translate(error, request), language, context.invocationId)
    }
  }
}

function answer({ success }: Endpoint, reply: Reply<unknown>, language: string): HttpResponseInit {
  return {
    status: success.status,
    headers: {
      'Cache-Control': 'no-store',
      'Content-Language': language,
      ...(reply.etag === undefined ? {} : { ETag: formatEtag(reply.etag) }),
      ...(reply.location === undefined ? {} : { Location: reply.location }),
      ...('schema' in success ? { 'Content-Type': 'application/json; charset=utf-8' } : {}),
    },
    ...('schema' in success ? { body: JSON.stringify(reply.body) } : {}),
  }
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
