import { createHash } from 'node:crypto'
import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

// Builds the portal into dist/portal, unless it has been built from the same sources already.
const root = fileURLToPath(new URL('../..', import.meta.url))
const output = join(root, 'dist/portal')
const stamp = join(output, '.built-from')

/** What the built files depend on. The client's types are not among them: they are gone after the build. */
const SOURCES = [
  'portal/**/*.{ts,tsx,html,svg,json,css}',
  'shared/**/*.ts',
  'docs/**/*.md',
  'infra/portal/*.ts',
]
const fingerprint = fingerprintOf([
  ...globSync(SOURCES, { cwd: root, exclude: ['portal/api/schema.d.ts'] }).sort(),
  'package-lock.json',
])

if (process.argv.includes('--force') || builtFrom() !== fingerprint) {
  const { build } = await import('vite')
  await build({ configFile: join(root, 'portal/vite.config.ts'), logLevel: 'warn' })
  compress()
  writeFileSync(stamp, fingerprint)
}

function fingerprintOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

function builtFrom(): string | undefined {
  try {
    return readFileSync(stamp, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Compressed once here, so that the hub never spends time on it. */
function compress(): void {
  for (const entry of readdirSync(output, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(?:html|js|css|svg|json)$/.test(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    const bytes = readFileSync(file)
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(bytes, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }),
    )
  }
}
