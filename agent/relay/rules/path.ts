import { basePath } from './address.ts'

export type PathDecision =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly reason: string }

/** How often a path may be percent-encoded over itself before it is refused as an attempt to hide something. */
const MAX_LAYERS = 4
const CONTROL = /\p{Cc}/u

/**
 * The address of a request below a target's base address. Refuses whatever some server might read as a way out of it:
 * dot segments, encoded or doubly encoded separators, backslashes, overlong UTF-8, look-alike characters.
 */
export function resolvePath(base: URL, path: string): PathDecision {
  const reason = problemOf(path)
  if (reason !== undefined) return { ok: false, reason }
  const joined = `${base.origin}${basePath(base)}${path}`
  if (!URL.canParse(joined)) return { ok: false, reason: 'the path is not part of a valid address' }
  const url = new URL(joined)
  const below = url.origin === base.origin && url.pathname.startsWith(`${basePath(base)}/`)
  if (!below || url.username !== '' || url.password !== '' || url.hash !== '') {
    return { ok: false, reason: 'the path leads out of the base address' }
  }
  return { ok: true, url }
}

function problemOf(path: string): string | undefined {
  if (!path.startsWith('/')) return 'the path does not begin with "/"'
  if (path.startsWith('//')) return 'the path begins with "//"'
  if (path.includes('#')) return 'the path contains a fragment'
  if (CONTROL.test(path) || /\s/u.test(path)) return 'the path contains a control character or a space'
  const [file = ''] = path.split('?', 1)
  if (path.includes('\\')) return 'the path contains a backslash'
  return problemOfLayers(file)
}

/** Looks at the path as written and at what it becomes each time a server decodes it once more. */
function problemOfLayers(path: string): string | undefined {
  let layer = path
  for (let depth = 0; depth <= MAX_LAYERS; depth++) {
    const problem = problemOfLayer(layer)
    if (problem !== undefined) return problem
    const decoded = decodeOnce(layer)
    if (decoded === undefined) return 'the path contains percent-encoding that is not UTF-8'
    if (decoded === layer) return undefined
    layer = decoded
  }
  return 'the path is percent-encoded too many times'
}

function problemOfLayer(layer: string): string | undefined {
  if (/%2f|%5c/i.test(layer)) return 'the path contains an encoded slash or backslash'
  if (/%u[0-9a-f]{4}/i.test(layer)) return 'the path contains %u encoding'
  if (layer.includes('\\')) return 'the path contains a backslash'
  if (CONTROL.test(layer)) return 'the path contains a control character'
  const compatible = layer.normalize('NFKC')
  if (separators(compatible) !== separators(layer))
    return 'the path contains a character that looks like a slash'
  if (compatible.split('/').some(isDotSegment)) return 'the path contains a dot segment'
  return undefined
}

/** "." and "..", also with what some servers cut off first: path parameters, and on Windows further dots and spaces. */
function isDotSegment(segment: string): boolean {
  return /^[ .]*\.[ .]*(;.*)?$/.test(segment)
}

function separators(text: string): number {
  return text.split(/[/\\\u2044\u2215\u29f5\u29f8\u2216]/u).length
}

/** Decodes each run of percent-encoded bytes; a percent sign that encodes nothing stays. */
function decodeOnce(text: string): string | undefined {
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => decodeURIComponent(run))
  } catch {
    return undefined
  }
}
