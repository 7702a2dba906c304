import { once } from 'node:events'
import http from 'node:http'
import { z } from 'zod'

// Field names and encodings of OTLP/JSON: trace.proto, common.proto, resource.proto of opentelemetry-proto 1.x; ids are
// hex, 64-bit integers are decimal strings, enums are numbers.
const Value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.union([z.int(), z.string().regex(/^-?\d+$/)]) }),
  z.strictObject({ doubleValue: z.number() }),
  z.strictObject({ boolValue: z.boolean() }),
  z.strictObject({ arrayValue: z.unknown() }),
])
const Attributes = z.array(z.strictObject({ key: z.string().min(1), value: Value }))
const Nanoseconds = z.string().regex(/^\d{19}$/)
const SpanId = z.string().regex(/^[0-9a-f]{16}$/)
const TraceId = z.string().regex(/^[0-9a-f]{32}$/)
const Span = z.strictObject({
  traceId: TraceId,
  spanId: SpanId,
  parentSpanId: SpanId.optional(),
  traceState: z.string().optional(),
  flags: z.int().min(0).max(0xffffffff).optional(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: Nanoseconds,
  endTimeUnixNano: Nanoseconds,
  attributes: Attributes,
  droppedAttributesCount: z.literal(0),
  events: z.array(z.unknown()),
  droppedEventsCount: z.literal(0),
  links: z.array(z.unknown()),
  droppedLinksCount: z.literal(0),
  status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }),
})
const Scope = z.strictObject({
  scope: z.strictObject({ name: z.string(), version: z.string().optional() }),
  spans: z.array(Span),
  schemaUrl: z.string().optional(),
})
const Request = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: Attributes, droppedAttributesCount: z.literal(0) }),
      scopeSpans: z.array(Scope),
      schemaUrl: z.string().optional(),
    }),
  ),
})

export interface ReceivedSpan {
  readonly service: string
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface OtlpReceiver {
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** Everything that came, as it came. */
  readonly raw: readonly string[]
  readonly problems: readonly string[]
  close(): Promise<void>
}

/** A collector that takes OTLP/JSON over HTTP and is strict about it. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const raw: string[] = []
  const problems: string[] = []
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    raw.push(text)
    const parsed = Request.safeParse(JSON.parse(text))
    if (request.method !== 'POST' || request.url !== '/v1/traces')
      problems.push(`${request.method} ${request.url}`)
    if (request.headers['content-type'] !== 'application/json')
      problems.push(String(request.headers['content-type']))
    if (parsed.success) spans.push(...flat(parsed.data))
    else problems.push(parsed.error.message)
    response.writeHead(parsed.success ? 200 : 400, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    spans,
    raw,
    problems,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function flat(request: z.infer<typeof Request>): ReceivedSpan[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(plain(resource.attributes)['service.name'])
    return scopeSpans.flatMap((scope) =>
      scope.spans.map(({ name, kind, traceId, spanId, parentSpanId, attributes }) => ({
        service,
        name,
        kind,
        traceId,
        spanId,
        parentSpanId,
        attributes: plain(attributes),
      })),
    )
  })
}

function plain(attributes: z.infer<typeof Attributes>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
