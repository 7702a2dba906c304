import type http from 'node:http'
import { describe, expect, it } from 'vitest'
import { connectHub, HubProblem } from '../../../agent/connection/hub.ts'
import { createHubClock } from '../../../agent/connection/hub-clock.ts'
import { straight } from '../../../agent/network/outbound.ts'
import { systemClock } from '../../../shared/clock.ts'
import { fakeHub } from '../fake-hub.ts'

type Answer = (response: http.ServerResponse) => void

async function openSession(answer: Answer) {
  const hub = await fakeHub()
  hub.intercept = (_request, response) => {
    answer(response)
    return true
  }
  const hubClock = createHubClock(systemClock)
  const client = connectHub({
    url: hub.url,
    hubClock,
    localNow: Date.now,
    language: 'de',
    outbound: straight,
  })
  const result = client.openSession(async () => ({ assertion: 'x'.repeat(40) }))
  return { hub, hubClock, result }
}

const problem = (status: number, code: string, detail: string) => (response: http.ServerResponse) =>
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ code, detail }))

describe('what the hub answers', () => {
  it('shows a problem in the words of the hub, on one line', async () => {
    const { result } = await openSession(problem(403, 'some-new-code', 'Two\n  lines.'))
    await expect(result).rejects.toBeInstanceOf(HubProblem)
    await expect(result).rejects.toMatchObject({ code: 'some-new-code', status: 403, message: 'Two lines.' })
  })

  it.each<[string, number, Answer]>([
    ['a web page', 200, (response) => response.end('<html>Sign in')],
    ['an error page of a proxy', 502, (response) => response.writeHead(502).end('<html>Bad gateway')],
    ['a redirect', 302, (response) => response.writeHead(302, { location: 'http://x.example' }).end()],
    ['an object of another form', 201, (response) => response.writeHead(201).end('{}')],
    ['nothing', 204, (response) => response.writeHead(204).end()],
  ])('refuses %s', async (_case, status, answer) => {
    const { result } = await openSession(answer)
    await expect(result).rejects.toMatchObject({ code: 'hub-refused', params: { status } })
  })

  it.each<[string, Answer]>([
    [
      'cut off',
      (response) => response.writeHead(201, { 'content-length': '100' }).write('{', () => response.destroy()),
    ],
    ['not there', (response) => response.destroy()],
    ['endless', (response) => response.writeHead(201).end(Buffer.alloc(1024 * 1024 + 1))],
  ])('counts an answer that is %s as not reachable', async (_case, answer) => {
    const { result } = await openSession(answer)
    await expect(result).rejects.toMatchObject({ code: 'hub-unreachable' })
  })

  it('learns the time from a refused proof and proves itself once more, not for ever', async () => {
    const { hub, hubClock, result } = await openSession((response) => {
      response.setHeader('date', new Date(Date.now() + 3_600_000).toUTCString())
      problem(401, 'proof-invalid', 'Clock.')(response)
    })
    await expect(result).rejects.toMatchObject({ code: 'proof-invalid' })
    expect(hub.asked).toHaveLength(2)
    expect(Math.abs(hubClock.now() - Date.now() - 3_600_000)).toBeLessThan(5000)
  })
})
