import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An empty folder; whoever asks for it removes it. */
export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'steg-'))
}

/** With all that is in it. A process that has just ended may still hold a file for a moment. */
export function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5 })
}
