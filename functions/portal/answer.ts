import type { HttpRequest, HttpResponseInit } from '@azure/functions'
import Negotiator from 'negotiator'
import { pageHeaders } from '../http/page.ts'
import { type Encoding, encodings, type PortalFile } from './files.ts'

/**
 * No inline script and no inline style: the one hash is that of an empty style element, into which the component library
 * puts its rules by script.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const YEAR_SECONDS = 31_536_000

/**
 * A file of the portal: compressed as the client likes it best, and not at all when it has it already.
 * @param hashed its name changes with its content, so it may be kept for ever.
 */
export function fileResponse(
  request: HttpRequest,
  file: PortalFile,
  { hashed, status = 200 }: { readonly hashed: boolean; readonly status?: number },
): HttpResponseInit {
  const encoding = encodingFor(request, file)
  const body = (encoding && file.compressed.get(encoding)) ?? file.plain
  const tag = `"${file.tag}${encoding === undefined ? '' : `-${encoding}`}"`
  const headers = {
    ...pageHeaders,
    'Cache-Control': hashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    ETag: tag,
    Vary: 'Accept-Encoding',
  }
  if (status === 200 && isKnown(request, tag)) return { status: 304, headers }
  return {
    status,
    headers: {
      ...headers,
      'Content-Type': file.type,
      'Content-Length': `${body.byteLength}`,
      ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
    },
    ...(request.method === 'HEAD' ? {} : { body }),
  }
}

/** The smallest that the client takes at all: how much it likes each does not matter. */
function encodingFor(request: HttpRequest, file: PortalFile): Encoding | undefined {
  const asked = request.headers.get('accept-encoding') ?? 'identity'
  const accepted = new Negotiator({ headers: { 'accept-encoding': asked } }).encodings([...encodings])
  return encodings.find((one) => file.compressed.has(one) && accepted.includes(one))
}

/** Weak or strong makes no difference for `If-None-Match` (RFC 9110, 13.1.2). */
function isKnown(request: HttpRequest, tag: string): boolean {
  const known = request.headers.get('if-none-match')?.split(',') ?? []
  return known.some((one) => one.trim().replace(/^W\//, '') === tag || one.trim() === '*')
}
