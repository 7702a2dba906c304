import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataFolder } from '../../infra/local/data-folder.ts'
import { makeFolder, removeFolder } from '../folder.ts'

let directory: string
beforeEach(async () => {
  directory = await makeFolder()
})
afterEach(() => removeFolder(directory))

describe('the data folder', () => {
  it('is made with its parents and keeps its secrets', async () => {
    const path = join(directory, 'a', 'b')
    const first = await openDataFolder(path)
    first.release()
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    const second = await openDataFolder(path)
    second.release()
    expect(second.secrets).toEqual(first.secrets)
  })

  it.each(['store.db', 'broker.db'])('is refused without secrets.json but with %s', async (name) => {
    await writeFile(join(directory, name), '')
    await expect(openDataFolder(directory)).rejects.toThrow(
      new RegExp(`secrets\\.json is missing.*${name}.*restore secrets\\.json.*empty folder`),
    )
  })

  it('names a lock file that cannot be understood, at once', async () => {
    await writeFile(join(directory, 'lock.db'), 'no database '.repeat(1000))
    await expect(openDataFolder(directory)).rejects.toThrow(/lock\.db cannot be used: .*not a database/)
  })

  it('says why a folder is impossible', async () => {
    const file = join(directory, 'file')
    await writeFile(file, '')
    await expect(openDataFolder(file)).rejects.toThrow(/file cannot be used, because it is a file.*--data/)
    await expect(openDataFolder(join(file, 'x'))).rejects.toThrow(/x cannot be used.*ENOTDIR.*--data/)
  })

  it.runIf(process.platform === 'linux')('ends where a folder can never be made', async () => {
    await expect(openDataFolder('/proc/steg/data')).rejects.toThrow(/cannot be used.*ENOENT.*--data/)
  })
})
