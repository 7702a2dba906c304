import http, { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fakeClock } from '../agent/fake-clock.ts'
import { describedBy, itServesHttp, testLimits } from './http-contract.ts'
import { openSocket } from './raw-http.ts'
import { createRecordingLog } from './recording-log.ts'
import { hostJson, type StartedHost, start } from './start.ts'

const log = createRecordingLog()
const clock = fakeClock(Date.parse('2026-01-01T00:00:00Z'))
const floodState = z.object({ produced: z.number(), ended: z.boolean() })
let started: StartedHost

beforeAll(async () => {
  started = await start(new URL('./fixture/streamed.ts', import.meta.url), {
    log,
    clock,
    httpLimits: testLimits,
    hostJson: { ...hostJson, functionTimeout: '-1' },
  })
})
afterAll(() => started.host.close(1_000))

const get = async (path: string) => (await fetch(started.url + path)).text()
const flood = async () => floodState.parse(JSON.parse(await get('/flood-state')))

describe('a host with streamed bodies', () => {
  itServesHttp(() => started.url, log)

  it('leaves the http module as it was', () => {
    const server: Server = createServer()
    expect(http.createServer).toBe(createServer)
    server.close()
  })

  it('keeps repeated query keys', async () => {
    const answer = await describedBy(fetch(`${started.url}/echo?x=1&y=%C3%A4&x=2`))
    expect(answer.query).toEqual([
      ['x', '1'],
      ['y', 'ä'],
      ['x', '2'],
    ])
  })

  it('streams both ways at the same time', async () => {
    const socket = openSocket(started.url)
    socket.write('POST /mirror HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n')
    await expect.poll(() => socket.received).toContain('first')
    expect(socket.received).not.toContain('second')
    socket.write('6\r\nsecond\r\n0\r\n\r\n')
    await expect.poll(() => socket.received).toMatch(/second\r\n0\r\n\r\n$/)
    socket.destroy()
  })

  it('passes a large body through unchanged', async () => {
    const body = Buffer.alloc(900_000, 'abcdefg')
    const response = await fetch(`${started.url}/mirror`, { method: 'POST', body })
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
  })

  it('produces no more than the client takes, and stops when it leaves', async () => {
    const socket = openSocket(started.url)
    socket.write('GET /flood HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => socket.received.length).toBeGreaterThan(100_000)
    socket.pause()
    let before = -1
    // What fits between the two ends is taken; after that nothing more may be produced.
    await expect
      .poll(
        async () => {
          const { produced } = await flood()
          const still = produced === before
          before = produced
          return still
        },
        { interval: 150, timeout: 10_000 },
      )
      .toBe(true)
    expect(before).toBeLessThan(40_000_000)
    expect((await flood()).ended).toBe(false)
    socket.destroy()
    await expect.poll(async () => (await flood()).ended).toBe(true)
  })

  it('cancels a body that waits for its source when the client leaves', async () => {
    const socket = openSocket(started.url)
    socket.write('GET /silent HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => socket.received).toContain('first')
    expect(socket.received.toLowerCase()).toContain('x-kind: instance')
    expect(await get('/silent-state')).toBe('false')
    socket.destroy()
    await expect.poll(() => get('/silent-state')).toBe('true')
  })

  it('cuts the connection when the body breaks, so that the client does not take it for whole', async () => {
    await expect(get('/breaks')).rejects.toThrow()
    expect(await get('/hello')).toBe('hello')
  })

  it('answers 504 when a function has not begun to answer after 230 s', async () => {
    const response = fetch(`${started.url}/never`)
    await expect.poll(() => clock.sleeping()).toHaveLength(1)
    await clock.advance(230_000)
    expect((await response).status).toBe(504)
  })

  it('does not cut a response that began in time', async () => {
    const socket = openSocket(started.url)
    socket.write('GET /silent HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => socket.received).toContain('first')
    await clock.advance(230_000)
    expect(await get('/silent-state')).toBe('false')
    expect(socket.closed).toBe(false)
    socket.destroy()
    await expect.poll(() => get('/silent-state')).toBe('true')
  })
})
