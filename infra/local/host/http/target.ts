/** What a request asks for. */
export interface Target {
  /** Decoded path segments without dot segments; a trailing slash makes no segment. */
  readonly segments: readonly string[]
  /** Path and query as sent, for the function's `request.url`. */
  readonly raw: string
}

/**
 * Reads the request target (RFC 9112, 3.2) and decodes the path as Kestrel does: every percent-encoded character
 * but the slash; what is not valid UTF-8 stays as it is. Returns undefined for targets that are no path.
 */
export function parseTarget(target: string): Target | undefined {
  const raw = target.startsWith('/') ? target : pathOfAbsolute(target)
  if (raw === undefined) return undefined
  const path = decodePath(raw.replace(/[?#].*$/s, ''))
  if (path.includes('\0')) return undefined
  const segments = removeDotSegments(path.slice(1).split('/'))
  if (segments.at(-1) === '') segments.pop()
  return { segments, raw }
}

function pathOfAbsolute(target: string): string | undefined {
  if (!/^https?:\/\//i.test(target)) return undefined
  const url = URL.parse(target)
  return url ? url.pathname + url.search : undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodePath(path: string): string {
  if (!path.includes('%')) return path
  return path.replace(/(?:%(?!2[fF])[0-9a-fA-F]{2})+/g, (run) => {
    try {
      return utf8.decode(Buffer.from(run.replaceAll('%', ''), 'hex'))
    } catch {
      return run
    }
  })
}

/** RFC 3986, 5.2.4. */
function removeDotSegments(segments: readonly string[]): string[] {
  const kept: string[] = []
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    if (last && (segment === '.' || segment === '..')) kept.push('')
  })
  return kept
}
