import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
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

/** Names as the build gives them. Anything else is not looked for, so no path can lead out of the folder. */
const BUILT_NAME = /^(?:assets\/)?\w[\w-]*(?:\.[\w-]+)*\.(\w+)$/

export function createPortalFiles(folder: string = builtPortal): PortalFiles {
  const files = new Map<string, PortalFile>()

  function read(path: string): PortalFile | undefined {
    const type = types[BUILT_NAME.exec(path)?.[1] ?? '']
    const plain = type === undefined ? undefined : contentOf(join(folder, path))
    if (type === undefined || plain === undefined) return undefined
    const compressed = new Map<Encoding, Uint8Array>()
    for (const encoding of encodings) {
      const content = contentOf(join(folder, path + suffixes[encoding]))
      if (content !== undefined) compressed.set(encoding, content)
    }
    const tag = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
    return { type, tag, plain, compressed }
  }

  return {
    get(path) {
      const file = files.get(path) ?? read(path)
      if (file !== undefined) files.set(path, file)
      return file
    },
  }
}

function contentOf(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
