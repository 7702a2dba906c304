import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createStatusWriter, type Status, statusFile } from '../../../agent/state/status.ts'
import { systemClock } from '../../../shared/clock.ts'
import { fakeClock } from '../fake-clock.ts'
import { temporaryFolder } from '../temporary.ts'

const at = '2026-01-05T08:00:00.000Z'

async function setup() {
  const dir = await temporaryFolder()
  const clock = fakeClock()
  let calls = 0
  const read = vi.fn(
    (): Status => ({
      v: 1,
      pid: 1,
      version: '1',
      state: 'connected',
      since: at,
      reason: null,
      problem: null,
      startedAt: at,
      lastHeartbeat: null,
      lastCall: null,
      calls,
      dropped: 0,
      errors: { indeterminate: 1 },
    }),
  )
  const path = join(dir, 'status.json')
  const onError = vi.fn()
  const writer = createStatusWriter({ path, read, clock, onError })
  return {
    dir,
    clock,
    read,
    onError,
    writer,
    stored: () => statusFile(path, systemClock).read(),
    count: () => {
      calls += 1
      writer.changed()
    },
  }
}

describe('the status file', () => {
  it('is written at most every two seconds, with the latest state', async () => {
    const { clock, read, stored, count, dir } = await setup()
    for (let index = 0; index < 100; index++) count()
    expect(read).not.toHaveBeenCalled()
    await clock.advance(2000)
    await expect.poll(stored).toMatchObject({ calls: 100 })
    expect(read).toHaveBeenCalledTimes(1)
    expect(await readdir(dir)).toEqual(['status.json'])
  })

  it('is written a last time at the end, and never after', async () => {
    const { clock, writer, read, stored, count } = await setup()
    count()
    await writer.finish()
    expect(await stored()).toMatchObject({ calls: 1 })
    count()
    await clock.advance(10_000)
    expect(read).toHaveBeenCalledTimes(1)
  })

  it('does not stop the agent when it cannot be written', async () => {
    const { writer, onError } = await setup()
    const broken = createStatusWriter({
      path: '/nowhere/at/all/status.json',
      read: () => ({}) as Status,
      clock: fakeClock(),
      onError,
    })
    await broken.finish()
    expect(onError).toHaveBeenCalledOnce()
    await writer.finish()
  })
})
