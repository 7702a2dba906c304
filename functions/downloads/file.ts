import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { StegError } from '../../shared/errors/error.ts'

const Manifest = z.object({
  version: z.string(),
  file: z.string().regex(/^[a-z-]+\.mjs$/),
  bytes: z.int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type AgentManifest = z.infer<typeof Manifest>

/** The agent as one file, as the build has made it. Read when first asked for, then kept. */
export interface AgentFile {
  /** @throws StegError `agent-not-built` */
  manifest(): Promise<AgentManifest>
  content(): Promise<Uint8Array>
}

/** `dist/downloads`, seen from the build and from the sources. */
const built = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/downloads/' : '../../downloads/',
  import.meta.url,
)

export function createAgentFile(folder: URL = built): AgentFile {
  let known: { readonly manifest: AgentManifest; readonly content: Uint8Array } | undefined

  async function read(name: string): Promise<Buffer> {
    try {
      return await readFile(fileURLToPath(new URL(name, folder)))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      throw new StegError('agent-not-built', {}, { cause: error })
    }
  }

  async function load() {
    if (known !== undefined) return known
    const manifest = Manifest.parse(JSON.parse((await read('agent.json')).toString()))
    known = { manifest, content: await read(manifest.file) }
    return known
  }

  return {
    manifest: async () => (await load()).manifest,
    content: async () => (await load()).content,
  }
}
