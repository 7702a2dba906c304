import { describe, expect, it } from 'vitest'
import { createCurrentLine } from '../../../agent/connection/current-line.ts'
import type { Line, OutgoingMessage } from '../../../agent/connection/line.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { fakeClock, settle } from '../fake-clock.ts'
import { someHeartbeats } from '../session.ts'

const message: OutgoingMessage = { subject: 'reply', messageId: 'm', sessionId: 's', body: new Uint8Array(1) }
const gone = new StegError('bus-unavailable', { reason: 'gone' })

function fakeLine(send: () => Promise<void>) {
  const lost: string[] = []
  const line: Line = {
    send,
    heartbeats: someHeartbeats,
    lost: new Promise(() => undefined),
    lose: (reason) => lost.push(reason),
    stopReceiving: async () => undefined,
    idle: async () => undefined,
    close: async () => undefined,
  }
  return { line, lost }
}

function setup() {
  const clock = fakeClock()
  return { clock, current: createCurrentLine(clock, clock.now), until: clock.now() + 10_000 }
}

describe('sending over the line there is', () => {
  it('sends at once', async () => {
    const { clock, current, until } = setup()
    current.set(fakeLine(async () => undefined).line)
    await current.deliver('replies', message, until)
    expect(clock.sleeping()).toEqual([])
  })

  it('waits for a line, and leaves nothing asleep', async () => {
    const { clock, current, until } = setup()
    const delivered = current.deliver('replies', message, until)
    await settle()
    current.set(fakeLine(async () => undefined).line)
    await delivered
    expect(clock.sleeping()).toEqual([])
  })

  it('gives up a line that does not take the message, and uses the next one', async () => {
    const { current, until } = setup()
    const broken = fakeLine(() => Promise.reject(gone))
    current.set(broken.line)
    const delivered = current.deliver('replies', message, until)
    await settle()
    current.set(fakeLine(async () => undefined).line)
    await delivered
    expect(broken.lost[0]).toContain('gone')
  })

  it('gives up in the end', async () => {
    const { clock, current, until } = setup()
    current.set(fakeLine(() => Promise.reject(gone)).line)
    const delivered = current.deliver('replies', message, until)
    const failed = expect(delivered).rejects.toMatchObject({ code: 'bus-unavailable' })
    await clock.advance(10_000)
    await failed
  })

  it('does not repeat what is too large', async () => {
    const { current, until } = setup()
    const large = new StegError('call-too-large', { direction: 'response', size: 2, limit: 1 })
    const { line, lost } = fakeLine(() => Promise.reject(large))
    current.set(line)
    await expect(current.deliver('replies', message, until)).rejects.toBe(large)
    expect(lost).toEqual([])
  })
})
