import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../../../shared/clock.ts'
import { isStegError, reasonOf, StegError } from '../../../shared/errors/error.ts'
import { type Random, randomId } from '../../../shared/random.ts'
import { cursorOf, fileSteps, folderSteps, nameOfSteps, stepsOf, walk } from './file-layout.ts'
import { checkPage, folderParts, nameParts, notFound, spanOf, tenantPart } from './names.ts'
import type { Blob, BlobInfo, Blobs } from './port.ts'
import { ContentFailed, measured, verified } from './verified.ts'

/** A file ends with the SHA-256 of what is before, and with what says that it is one of ours. */
const MARK = Buffer.from('steg blob 1\n')
const TRAILER_BYTES = 32 + MARK.length
/** What is being written lies here; no tenant's folder is called so. */
const WRITING = '.writing'
/** Milliseconds after which a file there belongs to a process that died. */
const ABANDONED_MS = 86_400_000
/** Whoever writes and whoever deletes a folder may get into each other's way that often. */
const ATTEMPTS = 10

/** Writes a piece whole; handed in so that a test can fill the disk. */
export type WritePiece = (file: FileHandle, piece: Uint8Array) => Promise<void>

const writePiece: WritePiece = async (file, piece) => {
  for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten
}

/** Blobs as files below a folder that only its owner can read: written beside, forced to disk, then renamed. */
export function openFileBlobs(parts: {
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
  readonly writePiece?: WritePiece
}): Blobs {
  const { directory, random } = parts
  const writing = join(directory, WRITING)
  const fileOf = (tenantId: string, name: string) =>
    join(directory, tenantPart(tenantId), ...fileSteps(nameParts(name)))
  const folderOf = (tenantId: string, under: string) =>
    join(directory, tenantPart(tenantId), ...folderSteps(folderParts(under)))
  let cleaning: Promise<void> | undefined

  async function write(file: string, content: AsyncIterable<Uint8Array>) {
    const put = parts.writePiece ?? writePiece
    const passing = measured(content)
    const handle = await open(file, 'wx', 0o600)
    try {
      for await (const piece of passing.content) await put(handle, piece)
      const result = passing.result()
      await put(handle, Buffer.concat([Buffer.from(result.sha256, 'hex'), MARK]))
      await handle.sync()
      return result
    } finally {
      await handle.close()
    }
  }

  return {
    put: (tenantId, name, content) =>
      translated(undefined, async () => {
        const to = fileOf(tenantId, name)
        await mkdir(writing, { recursive: true, mode: 0o700 })
        cleaning ??= removeAbandoned(writing, parts.clock.now())
        await cleaning
        const beside = join(writing, randomId(random, 20))
        try {
          const result = await write(beside, content)
          await place(beside, to)
          return { name, ...result }
        } catch (error) {
          await rm(beside, { force: true })
          throw error
        }
      }),

    get: (tenantId, name, range) =>
      translated(name, async (): Promise<Blob> => {
        const file = fileOf(tenantId, name)
        const handle = await open(file, 'r')
        const info = await infoOf(handle, name).finally(() => handle.close())
        const span = spanOf(info.size, range)
        const content = read(file, info, span)
        return { ...info, content: span.whole ? verified(content, info) : content }
      }),

    delete: (tenantId, name) => translated(name, () => rm(fileOf(tenantId, name), { force: true })),

    deleteUnder: (tenantId, under) => translated(under, () => removeFolder(folderOf(tenantId, under))),

    list: (tenantId, { under = '', limit, cursor }) =>
      translated(under, async () => {
        checkPage(limit)
        const folder = folderOf(tenantId, under)
        const items: { name: string; size: number }[] = []
        let last: string[] = []
        for await (const steps of walk(folder, stepsOf(cursor))) {
          if (items.length === limit) return { items, cursor: cursorOf(last) }
          last = steps
          const size = await sizeOf(join(folder, ...steps))
          const name = [...(under === '' ? [] : [under]), nameOfSteps(steps)].join('/')
          if (size !== undefined) items.push({ name, size })
        }
        return { items }
      }),
  }
}

/** Its folder may be deleted at the same moment. */
async function place(from: string, to: string): Promise<void> {
  let made: string | undefined
  for (let attempt = 1; ; attempt++) {
    made = (await mkdir(dirname(to), { recursive: true, mode: 0o700 })) ?? made
    try {
      await rename(from, to)
      break
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error
    }
  }
  // Folders that are new must outlive a power cut as well, and each is written down in the one above.
  const top = dirname(made ?? to)
  for (let folder = dirname(to); ; folder = dirname(folder)) {
    await syncFolder(folder)
    if (folder === top || folder === dirname(folder)) return
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows keeps folders by itself and opens none.
  if (process.platform === 'win32') return
  try {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  } catch (error) {
    // Deleted with all that was put there.
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** Something may be put there at the same moment. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rm(folder, { recursive: true, force: true })
    } catch (error) {
      if (codeOf(error) !== 'ENOTEMPTY' || attempt === ATTEMPTS) throw error
    }
  }
}

async function infoOf(handle: FileHandle, name: string): Promise<BlobInfo> {
  const { size } = await handle.stat()
  const trailer = Buffer.alloc(TRAILER_BYTES)
  if (size >= TRAILER_BYTES) await handle.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES)
  if (!trailer.subarray(32).equals(MARK)) throw new StegError('blob-damaged', { name })
  return { name, size: size - TRAILER_BYTES, sha256: trailer.subarray(0, 32).toString('hex') }
}

/** Opened when it is read, so that nothing stays open for whoever does not. */
async function* read(
  file: string,
  info: BlobInfo,
  { from, to }: { readonly from: number; readonly to: number },
) {
  try {
    const handle = await open(file, 'r')
    try {
      const now = await infoOf(handle, info.name)
      // Replaced since it was asked for: what is there now is another content.
      if (now.sha256 !== info.sha256) throw new StegError('store-conflict', { key: info.name })
      if (from === to) return
      const stream = handle.createReadStream({ start: from, end: to - 1, autoClose: false })
      for await (const piece of stream) yield piece as Uint8Array
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw translate(error, info.name)
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size - TRAILER_BYTES
  } catch (error) {
    // Deleted while the list was read.
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function removeAbandoned(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name)
    const found = await stat(file).catch(() => undefined)
    if (found !== undefined && now - found.mtimeMs > ABANDONED_MS) await rm(file, { force: true })
  }
}

/** @param name of what may not be there */
async function translated<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw translate(error, name)
  }
}

const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR'])
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

function translate(error: unknown, name: string | undefined): unknown {
  if (error instanceof ContentFailed) return error.cause
  if (isStegError(error)) return error
  const code = codeOf(error)
  if (name !== undefined && MISSING.has(code)) return notFound(name)
  if (FULL.has(code)) return new StegError('storage-full', {}, { cause: error })
  if (code === '') return error
  return new StegError('store-unavailable', { reason: reasonOf(error) }, { cause: error })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : ''
}
