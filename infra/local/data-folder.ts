import { createHash, randomBytes } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { access, chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

/** A predecessor that was killed may take a moment to be gone. */
const LOCK_PATIENCE_MS = 10_000

export const newKey = () => randomBytes(32).toString('base64')

const Secrets = z.object({
  /** The current one. */
  masterKey: z.string(),
  /** They still open what they have wrapped, the newest first. */
  olderMasterKeys: z.array(z.string()).optional(),
  operatorToken: z.string(),
  busKeys: z.object({ manage: z.string(), listen: z.string(), send: z.string() }),
  /** Of the demo's admin; made when it is first needed. */
  demoPassword: z.string().optional(),
})
export type Secrets = z.infer<typeof Secrets>

/** Kept with the other secrets, also in a folder that was made without. */
export async function demoPassword(folder: DataFolder): Promise<string> {
  if (folder.secrets.demoPassword !== undefined) return folder.secrets.demoPassword
  const made = randomBytes(12).toString('base64url')
  await folder.keepSecrets({ ...folder.secrets, demoPassword: made })
  return made
}

/** The platform's folder: held by one platform at a time, readable by its owner only. */
export interface DataFolder {
  readonly path: (...names: string[]) => string
  /** Made at the first start; later only the master key changes, when somebody asks for it. */
  readonly secrets: Secrets
  keepSecrets(secrets: Secrets): Promise<void>
  release(): void
}

/** @throws Error when another platform uses the folder, it cannot be written, or its secrets are lost. */
export async function openDataFolder(directory: string): Promise<DataFolder> {
  await makeUsable(directory)
  const lock = await takeLock(join(directory, 'lock.db'), directory)
  const path = (...names: string[]) => join(directory, ...names)
  let secrets = (await readJson(path('secrets.json'), Secrets)) ?? (await makeSecrets(path))
  return {
    path,
    get secrets() {
      return secrets
    },
    async keepSecrets(next) {
      await writeJson(path('secrets.json'), next)
      secrets = next
    },
    release: () => lock.close(),
  }
}

const WHY: Readonly<Record<string, string>> = {
  EROFS: 'its file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'it is a file',
}

async function makeUsable(directory: string): Promise<void> {
  try {
    await makeFolder(directory)
    await chmod(directory, 0o700)
    await access(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    const code = codeOf(error)
    const why = WHY[code] ?? (error instanceof Error ? error.message : String(error))
    throw new Error(
      `the folder ${directory} cannot be used, because ${why} (${code}): choose another folder with --data`,
      { cause: error },
    )
  }
}

/** Node's own recursive mkdir never returns where a parent exists but mkdir answers ENOENT, as in /proc. */
async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(directory)).isDirectory()) return
    const parent = dirname(directory)
    if (codeOf(error) !== 'ENOENT' || parent === directory || existsSync(parent)) throw error
    await makeFolder(parent)
    await makeFolder(directory)
  }
}

/** @throws Error when there is data already, which no other key could read. */
async function makeSecrets(path: DataFolder['path']): Promise<Secrets> {
  const data = ['store.db', 'broker.db'].filter((name) => existsSync(path(name)))
  if (data.length > 0) {
    throw new Error(
      `${path('secrets.json')} is missing, and ${data.join(' and ')} cannot be read without it: ` +
        'restore secrets.json, or start with an empty folder (--data)',
    )
  }
  const made: Secrets = {
    masterKey: newKey(),
    operatorToken: `steg_operator_${randomBytes(32).toString('base64url')}`,
    busKeys: { manage: newKey(), listen: newKey(), send: newKey() },
  }
  await writeJson(path('secrets.json'), made)
  return made
}

/** The operating system gives an SQLite lock back however the process ends: nothing stale can stay behind. */
async function takeLock(file: string, directory: string): Promise<DatabaseSync> {
  for (const giveUpAt = Date.now() + LOCK_PATIENCE_MS; ; await pause(100)) {
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(file)
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
      return database
    } catch (error) {
      database?.close()
      if (!isBusy(error)) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new Error(`${file} cannot be used: ${reason}. It holds no data and can be deleted`, {
          cause: error,
        })
      }
      if (Date.now() < giveUpAt) continue
      throw new Error(
        `the folder ${directory} is in use by another platform: stop that one, or choose another folder with --data`,
        { cause: error },
      )
    }
  }
}

/** SQLITE_BUSY is 5; the bits above the lowest eight say more (https://sqlite.org/rescode.html). */
function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === 5
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** @returns undefined when the file does not exist. @throws Error when it cannot be understood. */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
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
