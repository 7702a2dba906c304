import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { removeLeftovers, secureFolder, writeDurably } from '../../../agent/state/folder.ts'
import { createKey, readKey } from '../../../agent/state/key.ts'
import { type Enrolment, stateIn } from '../../../agent/state/state.ts'
import { systemClock } from '../../../shared/clock.ts'
import { temporaryFolder } from '../temporary.ts'

const enrolment: Enrolment = {
  v: 1,
  hub: 'https://hub.example',
  agentId: 't-1',
  name: 'Agent',
  tenant: { id: 't', name: 'Firma' },
  category: 'sage',
  enrolledAt: '2026-01-05T08:00:00.000Z',
}
const permissions = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe.skipIf(process.platform === 'win32')('rights of the state folder', () => {
  it('makes a folder and files that only their owner can read', async () => {
    const dir = join(await temporaryFolder(), 'deep', 'state')
    expect(await secureFolder(dir)).toEqual({ tightened: false })
    const state = stateIn(dir, systemClock)
    await state.enrolment.write(enrolment)
    await createKey(state.keyFile, systemClock)
    expect(await permissions(dir)).toBe('700')
    expect(await permissions(state.enrolment.path)).toBe('600')
    expect(await permissions(state.keyFile)).toBe('600')
  })

  it('closes a folder that others could read, and tells', async () => {
    const dir = join(await temporaryFolder(), 'open')
    await mkdir(dir)
    await chmod(dir, 0o755)
    expect(await secureFolder(dir)).toEqual({ tightened: true })
    expect(await permissions(dir)).toBe('700')
  })
})

describe('files of the state folder', () => {
  it('are whole or not there, and leave nothing beside them', async () => {
    const dir = await temporaryFolder()
    const state = stateIn(dir, systemClock)
    expect(await state.enrolment.read()).toBeUndefined()
    await state.enrolment.write(enrolment)
    await state.enrolment.write({ ...enrolment, name: 'Other' })
    expect(await state.enrolment.read()).toEqual({ ...enrolment, name: 'Other' })
    expect(await readdir(dir)).toEqual(['state.json'])
  })

  it('keep the old content when writing fails', async () => {
    const dir = await temporaryFolder()
    const file = join(dir, 'a')
    await mkdir(file)
    await writeFile(join(file, 'old'), 'old')
    await expect(writeDurably(file, 'new', systemClock)).rejects.toMatchObject({ code: 'state-unwritable' })
    expect(await readFile(join(file, 'old'), 'utf8')).toBe('old')
    expect(await readdir(dir)).toEqual(['a'])
  })

  it('are cleaned of what a crash left half-written, and of nothing else', async () => {
    const dir = await temporaryFolder()
    await Promise.all(
      ['.state.json.0123456789ab.tmp', 'notes.tmp', 'state.json'].map((name) =>
        writeFile(join(dir, name), ''),
      ),
    )
    await removeLeftovers(dir)
    expect((await readdir(dir)).sort()).toEqual(['notes.tmp', 'state.json'])
  })

  it.each([
    ['empty', ''],
    ['half', '{"v":1,"hub":"https://hub'],
    ['not an object', '[]'],
    ['of another version', JSON.stringify({ ...enrolment, v: 2 })],
    ['incomplete', JSON.stringify({ ...enrolment, agentId: '' })],
  ])('are refused when they are %s', async (_case, content) => {
    const dir = await temporaryFolder()
    const { enrolment: file } = stateIn(dir, systemClock)
    await writeFile(file.path, content)
    await expect(file.read()).rejects.toMatchObject({ code: 'state-unreadable', params: { file: file.path } })
  })
})

describe('the key', () => {
  it('is the same after it is read again', async () => {
    const file = join(await temporaryFolder(), 'key.pem')
    expect(await readKey(file)).toBeUndefined()
    const made = await createKey(file, systemClock)
    expect((await readKey(file))?.publicJwk).toEqual(made.publicJwk)
    expect(made.publicJwk).toEqual({ kty: 'OKP', crv: 'Ed25519', x: expect.stringMatching(/^[\w-]{43}$/) })
  })

  it.each(['', '-----BEGIN PRIVATE KEY-----\nMC4CAQ', 'noise'])(
    'is refused when it is damaged: %j',
    async (pem) => {
      const file = join(await temporaryFolder(), 'key.pem')
      await writeFile(file, pem)
      await expect(readKey(file)).rejects.toMatchObject({ code: 'state-unreadable' })
    },
  )
})
