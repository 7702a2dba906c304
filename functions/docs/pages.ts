import { readFile } from 'node:fs/promises'
import type { HttpHandler, HttpMethod, HttpResponseInit } from '@azure/functions'
import { getAbsoluteFSPath } from 'swagger-ui-dist'
import { StegError } from '../../shared/errors/error.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { problemResponse } from '../http/problem.ts'
import { languageOf } from '../http/request.ts'
import { unmatched } from '../http/unmatched.ts'
import { errorsPage } from './errors-page.ts'
import { homePage } from './home-page.ts'

/** A page outside the JSON API: its route, and what answers there. */
export interface PageRoute {
  readonly id: string
  readonly route: string
  readonly methods?: readonly HttpMethod[]
  readonly handler: HttpHandler
}

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const swaggerFiles: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

const REFERENCE_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Steg API</title>
<link rel="stylesheet" href="/docs/api/swagger-ui.css">
<link rel="icon" href="/docs/api/favicon-32x32.png">
</head>
<body>
<div id="reference"></div>
<script src="/docs/api/swagger-ui-bundle.js"></script>
<script src="/docs/api/reference.js"></script>
</body>
</html>
`

const REFERENCE_SCRIPT = `window.SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
})
`

/**
 * The pages: home, the browsable API reference (F6), the error codes; and the answer for every other address. Azure tries
 * functions in the order of their names, so a name of a more general route sorts behind those of more special ones.
 */
export function documentationPages(parts: {
  readonly openApi: () => object
  readonly endpoints: readonly Endpoint[]
  readonly version: string
}): readonly PageRoute[] {
  let json: string | undefined
  return [
    {
      id: 'openapi',
      route: 'api/v1/openapi.json',
      async handler() {
        json ??= JSON.stringify(parts.openApi())
        return page(json, 'application/json; charset=utf-8')
      },
    },
    {
      id: 'apiReference',
      route: 'docs/api',
      handler: async () => page(REFERENCE_PAGE, 'text/html; charset=utf-8'),
    },
    {
      id: 'apiReferenceScript',
      route: 'docs/api/reference.js',
      handler: async () => page(REFERENCE_SCRIPT, 'text/javascript; charset=utf-8'),
    },
    {
      id: 'swaggerFile',
      route: 'docs/api/{file}',
      async handler(request, context) {
        const type = swaggerFiles[request.params.file ?? '']
        if (type === undefined) return notFound(request, context.invocationId)
        return page(await readFile(`${getAbsoluteFSPath()}/${request.params.file}`), type, 86_400)
      },
    },
    {
      id: 'errorCodes',
      route: 'docs/errors',
      handler: async (request) => page(errorsPage(languageOf(request)), 'text/html; charset=utf-8'),
    },
    {
      // Azure takes an empty route for the function's name, so the home page is the empty case of every other address.
      id: 'zHomeOrNothing',
      route: '{*address}',
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      async handler(request, context) {
        const { pathname } = new URL(request.url)
        if (pathname === '/' && (request.method === 'GET' || request.method === 'HEAD')) {
          return page(homePage(languageOf(request), parts.version), 'text/html; charset=utf-8')
        }
        const { error, allow } = unmatched(pathname, parts.endpoints)
        const headers = allow === undefined ? {} : { Allow: allow }
        return problemResponse(error, languageOf(request), context.invocationId, headers)
      },
    },
  ]
}

function notFound(request: Parameters<HttpHandler>[0], reference: string): HttpResponseInit {
  return problemResponse(new StegError('not-found', { what: 'page' }), languageOf(request), reference)
}

function page(body: string | Uint8Array, type: string, seconds = 0): HttpResponseInit {
  return {
    status: 200,
    headers: {
      'Content-Type': type,
      'Cache-Control': seconds > 0 ? `public, max-age=${seconds}` : 'no-cache',
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      Vary: 'Accept-Language',
    },
    body,
  }
}
