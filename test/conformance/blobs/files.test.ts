import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openFileBlobs, type WritePiece } from '../../../functions/platform/blobs/files.ts'
import { systemClock } from '../../../shared/clock.ts'
import { systemRandom } from '../../../shared/random.ts'
import { makeFolder, removeFolder } from '../../folder.ts'
import { folderOfTest } from '../../folder-of-test.ts'
import { blobsConformance, bytesOf, pieces } from './suite.ts'

const parts = { clock: systemClock, random: systemRandom }

describe('blobs in files', () => {
  blobsConformance(async () => {
    const directory = await makeFolder()
    return {
      blobs: openFileBlobs({ ...parts, directory }),
      close: () => removeFolder(directory),
    }
  })
})

const missingFolder = async () => join(await folderOfTest(), 'blobs')
const filesIn = async (directory: string) =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

describe('files', () => {
  it('are for their owner only', async () => {
    const directory = await missingFolder()
    await openFileBlobs({ ...parts, directory }).put('tenant001', 'a/b', pieces('x'))
    const modes = async (path: string) => (await stat(path)).mode & 0o777
    expect(await modes(directory)).toBe(0o700)
    expect(await modes(join(directory, 'tenant001', 'a'))).toBe(0o700)
    for (const file of await filesIn(directory)) expect(await modes(file)).toBe(0o600)
  })

  it.each(['ENOSPC', 'EDQUOT'])(
    'on a disk that is full (%s) are refused, and leave nothing',
    async (code) => {
      const directory = await missingFolder()
      let room = 3
      const writePiece: WritePiece = async (file, piece) => {
        if (room === 0) throw Object.assign(new Error('full'), { code, syscall: 'write' })
        room -= 1
        await file.write(piece)
      }
      const full = openFileBlobs({ ...parts, directory, writePiece })
      await full.put('tenant001', 'x', pieces('old'))
      await expect(full.put('tenant001', 'x', pieces('a', 'b', 'c'))).rejects.toMatchObject({
        code: 'storage-full',
      })
      expect(await filesIn(directory)).toEqual([join(directory, 'tenant001', 'x.blob')])
      expect((await bytesOf(await full.get('tenant001', 'x'))).toString()).toBe('old')
    },
  )

  it('that cannot be written are an outage', async () => {
    const directory = await missingFolder()
    await mkdir(join(directory, '..'), { recursive: true })
    await writeFile(directory, 'not a folder')
    const blobs = openFileBlobs({ ...parts, directory })
    await expect(blobs.put('tenant001', 'x', pieces('x'))).rejects.toMatchObject({
      code: 'store-unavailable',
    })
  })

  it('that somebody changed are told from what was put', async () => {
    const directory = await missingFolder()
    const blobs = openFileBlobs({ ...parts, directory })
    await blobs.put('tenant001', 'x', pieces('content'))
    const file = join(directory, 'tenant001', 'x.blob')
    const bytes = await readFile(file)
    await writeFile(file, Buffer.concat([Buffer.from('C'), bytes.subarray(1)]))
    await expect(bytesOf(await blobs.get('tenant001', 'x'))).rejects.toMatchObject({ code: 'blob-damaged' })
    await writeFile(file, bytes.subarray(0, 10))
    await expect(blobs.get('tenant001', 'x')).rejects.toMatchObject({ code: 'blob-damaged' })
  })

  it('that are replaced while they are read end in a conflict, never in a mixture', async () => {
    const blobs = openFileBlobs({ ...parts, directory: await missingFolder() })
    await blobs.put('tenant001', 'x', pieces('old'))
    const old = await blobs.get('tenant001', 'x')
    await blobs.put('tenant001', 'x', pieces('new'))
    await expect(bytesOf(old)).rejects.toMatchObject({ code: 'store-conflict' })
  })

  it('of a process that was killed while it wrote go after a day', async () => {
    const directory = await missingFolder()
    const writing = join(directory, '.writing')
    await mkdir(writing, { recursive: true })
    await writeFile(join(writing, 'old'), 'half a content')
    await writeFile(join(writing, 'young'), 'half a content')
    const yesterday = systemClock.now() / 1000 - 90_000
    await utimes(join(writing, 'old'), yesterday, yesterday)
    await openFileBlobs({ ...parts, directory }).put('tenant001', 'x', pieces('x'))
    expect(await readdir(writing)).toEqual(['young'])
  })
})
