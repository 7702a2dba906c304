import type { HttpHandler, HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions'
import { StegError } from '../../shared/errors/error.ts'
import { problemResponse } from './problem.ts'
import { languageOf } from './request.ts'

/**
 * A page outside the JSON API: its route, and what answers there. Azure tries functions in the order of their names, so
 * the id of a more general route sorts behind those of more special ones.
 */
export interface PageRoute {
  readonly id: string
  readonly route: string
  readonly methods?: readonly HttpMethod[]
  readonly handler: HttpHandler
}

/** What every page is sent with, whatever else it may do. */
export const pageHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
} as const

export function pageNotFound(request: HttpRequest, reference: string): HttpResponseInit {
  return problemResponse(new StegError('not-found', { what: 'page' }), languageOf(request), reference)
}
