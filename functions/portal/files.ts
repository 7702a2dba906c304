import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  woff2: 'font/woff2',
}

/** The encodings in which a file may lie compressed beside itself, the smallest first. */
export const encodings = ['br', 'gzip'] as const
export type Encoding = (typeof encodings)[number]

const suffixes: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' }

/** One file as it can be sent. */
export interface PortalFile {
  readonly type: string
  readonly tag: string
  readonly plain: Uint8Array
  readonly compressed: ReadonlyMap<Encoding, Uint8Array>
}

/** The built portal, by path below its folder. Read when first asked for, then kept: a few hundred kilobytes. */
export interface PortalFiles {
  get(path: string): PortalFile | undefined
}

/** `dist/portal`, seen from the build and from the sources. */
const builtPortal = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/portal' : '../../portal', import.meta.url),
)

export function createPortalFiles(folder: string = builtPortal): PortalFiles {
  let names: ReadonlySet<string> | undefined
  const files = new Map<string, PortalFile>()
  return {
    get(path) {
      const known = files.get(path)
      if (known !== undefined) return known
      // Only names that the folder lists are read, so no path can lead out of it.
      names ??= namesIn(folder)
      const type = types[/\.(\w+)$/.exec(path)?.[1] ?? '']
      if (type === undefined || !names.has(path)) return undefined
      const plain = readFileSync(join(folder, path))
      const file = {
        type,
        tag: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
        plain,
        compressed: new Map(
          encodings
            .filter((encoding) => names?.has(path + suffixes[encoding]))
            .map((encoding) => [encoding, readFileSync(join(folder, path + suffixes[encoding]))]),
        ),
      }
      files.set(path, file)
      return file
    },
  }
}

/** Empty when the portal has not been built. */
function namesIn(folder: string): ReadonlySet<string> {
  try {
    const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    return new Set(entries.map((name) => name.replaceAll('\\', '/')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Set()
    throw error
  }
}
