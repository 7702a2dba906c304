import type { HttpRequest, HttpResponseInit } from '@azure/functions'
import Negotiator from 'negotiator'
import { StegError } from '../../shared/errors/error.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { type PageRoute, pageNotFound } from '../http/page.ts'
import { problemResponse } from '../http/problem.ts'
import { languageOf } from '../http/request.ts'
import { unmatched } from '../http/unmatched.ts'
import { fileResponse } from './answer.ts'
import type { PortalFiles } from './files.ts'
import { isPortalAddress } from './rules/addresses.ts'

/** The portal: one page for all its addresses, the files it is made of; and the answer for every other address. */
export function portalPages(parts: {
  readonly files: PortalFiles
  readonly endpoints: readonly Endpoint[]
  /** First segments of the addresses of products' pages. */
  readonly ofProducts: readonly string[]
}): readonly PageRoute[] {
  return [
    {
      id: 'portalFile',
      route: 'assets/{name}',
      async handler(request, context) {
        const file = parts.files.get(`assets/${request.params.name}`)
        if (file === undefined) return pageNotFound(request, context.invocationId)
        return fileResponse(request, file, { hashed: true })
      },
    },
    {
      // Azure takes an empty route for the function's name, so the start page is the empty case of every other address.
      id: 'zPortalOrNothing',
      route: '{*address}',
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      async handler(request, context) {
        const { pathname } = new URL(request.url)
        const status = portalStatus(request, pathname, parts.ofProducts)
        if (status !== undefined) return portal(request, status, context.invocationId)
        const { error, allow } = unmatched(pathname, parts.endpoints)
        const headers = allow === undefined ? {} : { Allow: allow }
        return problemResponse(error, languageOf(request), context.invocationId, headers)
      },
    },
  ]

  function portal(request: HttpRequest, status: number, reference: string): HttpResponseInit {
    const page = parts.files.get('index.html')
    if (page !== undefined) return fileResponse(request, page, { hashed: false, status })
    return problemResponse(new StegError('portal-not-built', {}), languageOf(request), reference)
  }
}

/** @returns how the portal answers here; undefined where it does not. A person in a browser gets its page of errors. */
function portalStatus(
  request: HttpRequest,
  pathname: string,
  ofProducts: readonly string[],
): 200 | 404 | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
  if (isPortalAddress(pathname, ofProducts)) return 200
  const isApi = pathname === '/api' || pathname.startsWith('/api/')
  return !isApi && prefersPage(request) ? 404 : undefined
}

function prefersPage(request: HttpRequest): boolean {
  const accept = request.headers.get('accept') ?? '*/*'
  return (
    new Negotiator({ headers: { accept } }).mediaType(['application/problem+json', 'text/html']) ===
    'text/html'
  )
}
