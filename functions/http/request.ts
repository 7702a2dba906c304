import type { HttpRequest } from '@azure/functions'
import Negotiator from 'negotiator'
import type { z } from 'zod'
import { type Language, StegError } from '../../shared/errors/error.ts'
import { InvalidRequest } from './problem.ts'
import { errorTexts } from './text.ts'

/** Largest JSON body of the API, in bytes; a thousand items of a list fit with room to spare. */
export const MAX_JSON_BYTES = 1_048_576

/** The language of the answer's texts, by Accept-Language; English when nothing is asked for. */
export function languageOf(request: HttpRequest): Language {
  const asked = request.headers.get('accept-language') ?? undefined
  const chosen = new Negotiator({ headers: { 'accept-language': asked } }).language(['en', 'de'])
  return chosen === 'de' ? 'de' : 'en'
}

export function bearerToken(request: HttpRequest): string | undefined {
  return /^Bearer ([\x21-\x7e]{8,4096})$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

/** The store's etag from `If-Match`; `*` and no header mean any. */
export function ifMatchOf(request: HttpRequest, language: Language): string | undefined {
  const header = request.headers.get('if-match')
  if (header === null || header === '*') return undefined
  const quoted = /^"([A-Za-z0-9_-]+)"$/.exec(header)?.[1]
  if (quoted === undefined) {
    const message =
      language === 'de'
        ? 'muss ein ETag sein, wie er geliefert wurde, oder *'
        : 'must be one ETag as it was returned, or *'
    throw new InvalidRequest([{ path: 'If-Match', message }])
  }
  return Buffer.from(quoted, 'base64url').toString()
}

/** An etag of the store as a strong HTTP ETag. */
export function formatEtag(etag: string): string {
  return `"${Buffer.from(etag).toString('base64url')}"`
}

/**
 * @param where names the whole in findings that concern no single field.
 * @throws InvalidRequest with one finding for each thing that is wrong.
 */
export function validate<T extends z.ZodType>(
  schema: T,
  value: unknown,
  where: 'query' | 'body',
  language: Language,
): z.output<T> {
  const parsed = schema.safeParse(value, { error: errorTexts(language) })
  if (parsed.success) return parsed.data
  throw new InvalidRequest(
    parsed.error.issues.slice(0, 100).map((issue) => ({
      path: issue.path.map(String).join('.') || where,
      message: issue.message,
    })),
  )
}

/** Query parameters as an object; one that comes several times is a list. */
export function queryOf(request: HttpRequest): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {}
  for (const name of new Set(request.query.keys())) {
    const values = request.query.getAll(name)
    query[name] = values.length > 1 ? values : (values[0] ?? '')
  }
  return query
}

/**
 * @param optional an empty body is undefined, whatever type it claims to have.
 * @throws StegError `unsupported-media-type`, `body-too-large`, `malformed-json`
 */
export async function jsonBodyOf(request: HttpRequest, optional = false): Promise<unknown> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  const isJson = type === 'application/json'
  if (!isJson && !optional) throw new StegError('unsupported-media-type', {})
  const bytes = await readAtMost(request, MAX_JSON_BYTES)
  if (optional && bytes.length === 0) return undefined
  if (!isJson) throw new StegError('unsupported-media-type', {})
  const text = new TextDecoder('utf-8', { fatal: true })
  try {
    return JSON.parse(text.decode(bytes))
  } catch (error) {
    throw new StegError('malformed-json', {}, { cause: error })
  }
}

async function readAtMost(request: HttpRequest, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const stream = request.body as AsyncIterable<Uint8Array> | null
  if (stream === null) return new Uint8Array(0)
  for await (const chunk of stream) {
    size += chunk.length
    if (size > limit) throw new StegError('body-too-large', { limit })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
