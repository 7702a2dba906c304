import { z } from 'zod'
import type { HttpData } from '../core-types.ts'
import { cookieSchema, serializeCookie } from './cookie.ts'
import { type Exchange, type Responder, traceOfHeaders } from './exchange.ts'

const answerSchema = z.object({
  http: z.object({
    statusCode: z.string().regex(/^\d{3}$/),
    headers: z.record(z.string(), z.string()),
    cookies: z.array(cookieSchema),
    body: z
      .object({ bytes: z.instanceof(Uint8Array) })
      .partial()
      .nullish(),
  }),
})

/** Apps without `enableHttpStream`: whole bodies travel through the invocation itself. */
export const respondBuffered: Responder = async (exchange, executions, signal) => {
  const data = await requestData(exchange)
  const answer = await executions.execute(exchange.fn, exchange.binding, {
    data: { http: data },
    triggerMetadata: {},
    ...traceOfHeaders(exchange.headers),
  })
  if (signal.aborted) return
  const { response } = exchange
  if (answer.returnValue == null) {
    response.writeHead(204).end()
    return
  }
  const { http } = answerSchema.parse(answer.returnValue)
  for (const [name, value] of Object.entries(http.headers)) response.setHeader(name, value)
  if (http.cookies.length > 0) response.setHeader('Set-Cookie', http.cookies.map(serializeCookie))
  response.statusCode = Number(http.statusCode)
  response.end(http.body?.bytes)
}

async function requestData(exchange: Exchange): Promise<HttpData> {
  const url = new URL(`http://${exchange.authority}${exchange.target}`)
  const chunks: Uint8Array[] = []
  for await (const chunk of exchange.body.chunks()) chunks.push(chunk)
  const query: Record<string, { value: string }> = {}
  // Like the real host, which hands over one text per key: use enableHttpStream where repeated keys matter.
  for (const key of new Set(url.searchParams.keys())) {
    query[key] = { value: url.searchParams.getAll(key).join(',') }
  }
  return {
    method: exchange.request.method ?? 'GET',
    url: url.href,
    nullableHeaders: nullable(exchange.headers),
    nullableQuery: query,
    nullableParams: nullable(exchange.params),
    ...(chunks.length > 0 && { body: { bytes: Buffer.concat(chunks) } }),
  }
}

function nullable(values: Readonly<Record<string, string>>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]))
}
