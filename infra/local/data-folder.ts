import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

/** A predecessor that was killed may take a moment to be gone. */
const LOCK_PATIENCE_MS = 10_000

const key = () => randomBytes(32).toString('base64')

const Secrets = z.object({
  masterKey: z.string(),
  operatorToken: z.string(),
  busKeys: z.object({ manage: z.string(), listen: z.string(), send: z.string() }),
})
export type Secrets = z.infer<typeof Secrets>

/** The platform's folder: held by one platform at a time, readable by its owner only. */
export interface DataFolder {
  readonly path: (...names: string[]) => string
  /** Made at the first start, the same ever after. */
  readonly secrets: Secrets
  release(): void
}

/** @throws Error when another platform uses the folder, or it cannot be written. */
export async function openDataFolder(directory: string): Promise<DataFolder> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await chmod(directory, 0o700)
  const lock = await takeLock(join(directory, 'lock.db'), directory)
  const path = (...names: string[]) => join(directory, ...names)
  const secrets = await readJson(path('secrets.json'), Secrets)
  if (secrets !== undefined) return { path, secrets, release: () => lock.close() }
  const made: Secrets = {
    masterKey: key(),
    operatorToken: `steg_operator_${randomBytes(32).toString('base64url')}`,
    busKeys: { manage: key(), listen: key(), send: key() },
  }
  await writeJson(path('secrets.json'), made)
  return { path, secrets: made, release: () => lock.close() }
}

/** The operating system gives an SQLite lock back however the process ends: nothing stale can stay behind. */
async function takeLock(file: string, directory: string): Promise<DatabaseSync> {
  for (const giveUpAt = Date.now() + LOCK_PATIENCE_MS; ; await pause(100)) {
    const database = new DatabaseSync(file)
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
      return database
    } catch (error) {
      database.close()
      if (Date.now() < giveUpAt) continue
      throw new Error(
        `the folder ${directory} is in use by another platform: stop that one, or choose another folder with --data`,
        { cause: error },
      )
    }
  }
}

/** @returns undefined when the file does not exist. @throws Error when it cannot be understood. */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${file} cannot be read: restore it, or start with an empty folder`, { cause: error })
  }
}

/** Whole or not at all: written beside, forced to disk, then renamed. Mode 0600. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const beside = `${file}.new`
  const handle = await open(beside, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify(value, undefined, 2))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
}

export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
