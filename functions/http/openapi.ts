import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi'
import { catalogue, type ErrorCode } from '../../shared/errors/error.ts'
import { type Endpoint, isBodyOptional } from './endpoint.ts'

const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: 'Stable; programs decide by it.' }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem document' })

const IfMatch = z.object({
  'If-Match': z.string().optional().meta({
    description: 'The ETag that was read; the change is refused with 412 when it is no longer current.',
  }),
})

/** The codes an endpoint can answer with: its own and those that follow from its shape. */
export function errorCodesOf(endpoint: Endpoint): readonly ErrorCode[] {
  const implied: ErrorCode[] = ['store-unavailable', 'internal-error']
  if (endpoint.access !== 'anyone') implied.push('unauthenticated', 'token-suspended')
  if (endpoint.access === 'signed-in') implied.push('session-needed')
  else if (endpoint.access !== 'anyone') implied.push('forbidden')
  if (typeof endpoint.access === 'object' && endpoint.scope === undefined) implied.push('scope-limited')
  if (endpoint.method !== 'GET') implied.push('foreign-request')
  if (endpoint.params) implied.push('not-found')
  if (endpoint.params || endpoint.query || endpoint.body) implied.push('invalid-request')
  if (endpoint.body) implied.push('malformed-json', 'unsupported-media-type', 'body-too-large')
  return [...new Set([...endpoint.errors, ...implied])].sort()
}

/** The whole API as OpenAPI 3.1, made from the same definitions that validate the requests (F6). */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): object {
  const paths: ZodOpenApiPathsObject = {}
  for (const endpoint of endpoints) {
    const path = `/api/v1${endpoint.path}`
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) }
  }
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: 'Steg',
      version,
      description:
        'Errors are problem documents (RFC 9457) with a stable `code`. Lists take `limit` and `cursor`. Changes take `If-Match`. Texts are German or English by `Accept-Language`.',
    },
    servers: [{ url: '/' }],
    components: {
      securitySchemes: {
        tenant: {
          type: 'http',
          scheme: 'bearer',
          description: 'A tenant token, as POST /tenants returns it.',
        },
        operator: { type: 'http', scheme: 'bearer', description: "The operator's token." },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-steg-session',
          description:
            'The session of the portal, as POST /session sets it. Changes carry `X-Steg-CSRF` with the token that GET /session returns.',
        },
      },
    },
    paths,
  }
  return exemplify(createDocument(document)) as object
}

/** What a value of a format looks like. */
const examples: Readonly<Record<string, string>> = {
  'date-time': '2026-11-23T08:00:00+01:00',
  date: '2026-11-23',
  email: 'anna.admin@muster.example',
  uri: 'https://server.muster.example/api',
}

/** Where a format says it all, an example stands for the pattern: from patterns readers are shown nonsense. */
function exemplify(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(exemplify)
  if (typeof part !== 'object' || part === null) return part
  const members = Object.entries(part).map(([name, value]) => [name, exemplify(value)] as const)
  const example = 'format' in part && typeof part.format === 'string' ? examples[part.format] : undefined
  if (example === undefined) return Object.fromEntries(members)
  const told = members.filter(([name]) => name !== 'pattern')
  return { examples: [example], ...Object.fromEntries(told) }
}

function takesIfMatch({ method }: Endpoint): boolean {
  return method === 'PUT' || method === 'PATCH'
}

/** The first is the way of programs where there is one. */
function securityOf({ access }: Endpoint): Record<string, string[]>[] {
  if (access === 'anyone') return []
  if (access === 'signed-in') return [{ session: [] }]
  return [{ [typeof access === 'object' ? 'tenant' : access]: [] }, { session: [] }]
}

function operation(endpoint: Endpoint): ZodOpenApiOperationObject {
  const byStatus = Map.groupBy(errorCodesOf(endpoint), (code) => catalogue[code].status)
  const responses: ZodOpenApiOperationObject['responses'] = {
    [`${endpoint.success.status}`]:
      'schema' in endpoint.success
        ? { description: 'Success.', content: { 'application/json': { schema: endpoint.success.schema } } }
        : { description: endpoint.success.status === 302 ? 'Go on there.' : 'Done.' },
  }
  for (const [status, codes] of [...byStatus].sort(([a], [b]) => a - b)) {
    responses[`${status}` as '400'] = {
      description: codes.map((code) => `\`${code}\`: ${catalogue[code].title.en}`).join('; '),
      content: { 'application/problem+json': { schema: Problem } },
    }
  }
  return {
    operationId: endpoint.id,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    ...(endpoint.description === undefined ? {} : { description: endpoint.description }),
    security: securityOf(endpoint),
    requestParams: {
      ...(endpoint.params ? { path: endpoint.params as z.ZodObject } : {}),
      ...(endpoint.query ? { query: endpoint.query as z.ZodObject } : {}),
      ...(takesIfMatch(endpoint) ? { header: IfMatch } : {}),
    },
    ...(endpoint.body
      ? {
          requestBody: {
            required: !isBodyOptional(endpoint),
            content: { 'application/json': { schema: endpoint.body } },
          },
        }
      : {}),
    responses,
  }
}
