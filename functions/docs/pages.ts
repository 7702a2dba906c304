import { readFile } from 'node:fs/promises'
import type { HttpResponseInit } from '@azure/functions'
import { getAbsoluteFSPath } from 'swagger-ui-dist'
import { type PageRoute, pageHeaders, pageNotFound } from '../http/page.ts'
import { languageOf } from '../http/request.ts'
import { errorsPage } from './errors-page.ts'

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

/** Whoever is signed in to the portal tries calls with that session: a change then has to carry its CSRF token. */
const REFERENCE_SCRIPT = `async function csrfToken() {
  const answer = await fetch('/api/v1/session', { headers: { Accept: 'application/json' } })
  return (await answer.json()).csrfToken
}
window.SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
  async requestInterceptor(request) {
    const isChange = !['GET', 'HEAD', undefined].includes(request.method)
    if (!isChange || request.headers.Authorization !== undefined) return request
    const token = await csrfToken()
    if (typeof token === 'string') request.headers['X-Steg-CSRF'] = token
    return request
  },
})
`

/** The browsable API reference (F6) and the error codes. */
export function documentationPages(parts: { readonly openApi: () => object }): readonly PageRoute[] {
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
        if (type === undefined) return pageNotFound(request, context.invocationId)
        return page(await readFile(`${getAbsoluteFSPath()}/${request.params.file}`), type, 86_400)
      },
    },
    {
      id: 'errorCodes',
      route: 'docs/errors',
      handler: async (request) => page(errorsPage(languageOf(request)), 'text/html; charset=utf-8'),
    },
  ]
}

function page(body: string | Uint8Array, type: string, seconds = 0): HttpResponseInit {
  return {
    status: 200,
    headers: {
      ...pageHeaders,
      'Content-Type': type,
      'Cache-Control': seconds > 0 ? `public, max-age=${seconds}` : 'no-cache',
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      Vary: 'Accept-Language',
    },
    body,
  }
}
