import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { reasonOf, StegError } from '../../shared/errors/error.ts'

const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600
const OTHERS = 0o077
const posix = process.platform !== 'win32'
const LEFTOVER = /^\..+\.[0-9a-f]{12}\.tmp$/

/**
 * Makes sure that the folder exists and that only its owner can look into it. On Windows the folder inherits the
 * rights of its parent. Tells whether rights had to be taken away.
 * @throws StegError `state-unwritable`
 */
export async function secureFolder(dir: string): Promise<{ tightened: boolean }> {
  try {
    await mkdir(dir, { recursive: true, mode: OWNER_ONLY_FOLDER })
    const { mode } = await stat(dir)
    if (!posix || (mode & OTHERS) === 0) return { tightened: false }
    await chmod(dir, OWNER_ONLY_FOLDER)
    return { tightened: true }
  } catch (error) {
    throw unwritable(dir, error)
  }
}

/** Removes what a crash left half-written. Only for the process that holds the folder's lock. */
export async function removeLeftovers(dir: string): Promise<void> {
  const names = await readdir(dir)
  await Promise.all(names.filter((name) => LEFTOVER.test(name)).map((name) => rm(join(dir, name))))
}

/**
 * Replaces a file as a whole: after a crash it holds either the old or the new content, and once this resolves the
 * new content survives a power cut.
 * @throws StegError `state-unwritable`
 */
export async function writeDurably(file: string, content: string, clock: Clock): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const handle = await open(draft, 'wx', OWNER_ONLY_FILE)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await renamePatiently(draft, file, clock)
    if (posix) await syncFolder(dirname(file))
  } catch (error) {
    await rm(draft, { force: true })
    throw unwritable(dirname(file), error)
  }
}

/** Windows refuses to replace a file while somebody reads it, a virus scanner for instance; it soon lets go. */
async function renamePatiently(from: string, to: string, clock: Clock): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to)
    } catch (error) {
      const busy = ['EPERM', 'EACCES', 'EBUSY'].includes(String((error as NodeJS.ErrnoException).code))
      if (posix || !busy || attempt === 10) throw error
      await clock.sleep(20 * attempt)
    }
  }
}

async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function unwritable(dir: string, cause: unknown): StegError {
  return new StegError('state-unwritable', { dir, reason: reasonOf(cause) }, { cause })
}
