import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFileTimerStatus } from '../../../infra/local/host/timer/status.ts'
import { makeFolder, removeFolder } from '../../folder.ts'

let directory: string
beforeAll(async () => {
  directory = await makeFolder()
})
afterAll(() => removeFolder(directory))

describe('timer status in files', () => {
  it('comes back as it was saved', async () => {
    const folder = join(directory, 'new')
    const status = { last: undefined, next: 1_772_445_900_000, updated: 1_772_445_780_000 }
    expect(await createFileTimerStatus(folder).load('a/b')).toBeUndefined()
    await createFileTimerStatus(folder).save('a/b', status)
    expect(await createFileTimerStatus(folder).load('a/b')).toEqual(status)
    await createFileTimerStatus(folder).save('a/b', { ...status, last: 1_772_445_600_000 })
    expect(await createFileTimerStatus(folder).load('a/b')).toEqual({ ...status, last: 1_772_445_600_000 })
  })

  it.each(['', 'no json', '{}', '{"Last":null,"Next":"soon","LastUpdated":"now"}'])(
    'counts as absent when the file holds %j',
    async (content) => {
      await writeFile(join(directory, 'broken.json'), content)
      expect(await createFileTimerStatus(directory).load('broken')).toBeUndefined()
    },
  )
})
