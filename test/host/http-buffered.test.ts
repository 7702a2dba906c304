import { subscribe } from 'node:diagnostics_channel'
import { beforeAll, describe, expect, it } from 'vitest'
import { fakeClock } from '../agent/fake-clock.ts'
import { describedBy, itServesHttp, testLimits } from './http-contract.ts'
import { createRecordingLog } from './recording-log.ts'
import { hostJson, type StartedHost, start } from './start.ts'

const log = createRecordingLog()
const clock = fakeClock(Date.parse('2026-01-01T00:00:00Z'))
let started: StartedHost

beforeAll(async () => {
  started = await start(new URL('./fixture/buffered.ts', import.meta.url), {
    log,
    clock,
    httpLimits: testLimits,
    hostJson: { ...hostJson, functionTimeout: '00:01:00' },
  })
})

describe('a host with buffered bodies', () => {
  itServesHttp(() => started.url, log)

  it('joins repeated query keys, as the real host does', async () => {
    const answer = await describedBy(fetch(`${started.url}/echo?x=1&y=%C3%A4&x=2`))
    expect(answer.query).toEqual([
      ['x', '1,2'],
      ['y', 'ä'],
    ])
  })

  it('answers 500 when a function runs longer than functionTimeout', async () => {
    const response = fetch(`${started.url}/never`)
    await expect.poll(() => clock.sleeping()).toHaveLength(2)
    await clock.advance(60_000)
    expect((await response).status).toBe(500)
    expect(clock.sleeping()).toHaveLength(0)
  })

  it('names the functions and warns where Azure would pick another one', () => {
    expect(started.host.functions()).toContain('items-recent')
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        fields: expect.objectContaining({ conflicts: expect.arrayContaining(['items-recent < items-one']) }),
      }),
    )
  })

  it('refuses a second host in the process', async () => {
    await expect(start(new URL('./fixture/streamed.ts', import.meta.url))).rejects.toThrow(
      'already started in this process',
    )
  })

  it('waits for running functions when it is closed, but no longer than asked', async () => {
    const terminated: unknown[] = []
    subscribe('fixture', (message) => terminated.push(message))
    const response = fetch(`${started.url}/never`)
    response.catch(() => undefined)
    await expect.poll(() => clock.sleeping()).toHaveLength(2)
    const closed = started.host.close(300)
    await expect(fetch(`${started.url}/hello`)).rejects.toThrow()
    expect(terminated).toEqual([])
    await closed
    expect(terminated).toEqual(['terminated'])
    expect(log.lines).toContainEqual(
      expect.objectContaining({ message: 'Stopped while functions were running' }),
    )
    await expect(response).rejects.toThrow()
  })
})
