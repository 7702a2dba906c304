import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isLocked, takeLock } from '../../../agent/state/lock.ts'
import { temporaryFolder } from '../temporary.ts'

const module = new URL('../../../agent/state/lock.ts', import.meta.url).href

/** Another process that takes the lock and keeps it. */
async function holder(file: string) {
  const script = `
    import { takeLock } from ${JSON.stringify(module)}
    const lock = await takeLock(${JSON.stringify(file)})
    console.log(lock ? 'held' : 'refused')
    setInterval(() => lock, 1000)
  `
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [answer] = await once(child.stdout, 'data')
  return { child, answer: String(answer).trim() }
}

describe('the lock of a state folder', () => {
  it('is held by one process, and gone with it even when it is killed', async () => {
    const file = join(await temporaryFolder(), 'lock.db')
    expect(await isLocked(file)).toBe(false)
    const { child, answer } = await holder(file)
    expect(answer).toBe('held')
    expect(await isLocked(file)).toBe(true)
    expect(await takeLock(file)).toBeUndefined()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await isLocked(file)).toBe(false)
    const mine = await takeLock(file)
    expect((await holder(file)).answer).toBe('refused')
    mine?.release()
  })

  it('is held against the same process, until it is released', async () => {
    const file = join(await temporaryFolder(), 'lock.db')
    const lock = await takeLock(file)
    expect(await isLocked(file)).toBe(true)
    lock?.release()
    expect(await isLocked(file)).toBe(false)
  })

  it('says when the folder is not there', async () => {
    await expect(takeLock(join(await temporaryFolder(), 'missing', 'lock.db'))).rejects.toMatchObject({
      code: 'state-unreadable',
    })
  })
})
