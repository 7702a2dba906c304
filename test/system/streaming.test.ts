import type { ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Children, endChild, keepChildren, residentMb } from '../../bench/relay/children.ts'
import { AGENT_ID, openSite, type Site } from '../../bench/relay/site.ts'
import type { StreamRequest } from '../../functions/relay/service.ts'
import { codeOf } from '../code-of.ts'
import { makeFolder, removeFolder } from '../folder.ts'

const MB = 1_000_000
const LARGE = 100 * MB
/** What the processes may take more than before; the garbage collector is not in a hurry. */
const EXTRA_MB = 160
const TIMEOUT = 400_000

/** Not compressible, and the same on both sides. */
const block = randomBytes(MB)
async function* blocks(bytes: number) {
  for (let left = bytes; left > 0; left -= MB) yield block.subarray(0, Math.min(MB, left))
}
const digestOf = async (bytes: AsyncIterable<Uint8Array>) => {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of bytes) {
    hash.update(piece)
    size += piece.length
  }
  return { size, sha256: hash.digest('hex') }
}

/** What the target saw of the last request to each path. */
const seen = new Map<string, { size: number; sha256?: string; aborted: boolean; closed: boolean }>()

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://target')
  const view: { size: number; sha256?: string; aborted: boolean; closed: boolean } = {
    size: 0,
    aborted: false,
    closed: false,
  }
  seen.set(pathname, view)
  request.socket.once('close', () => {
    view.closed = true
  })
  const bytes = Number(searchParams.get('bytes') ?? 0)
  if (pathname === '/up' || pathname === '/slow-up') {
    const hash = createHash('sha256')
    try {
      for await (const piece of request) {
        hash.update(piece)
        view.size += piece.length
        if (pathname === '/slow-up') await pause(1)
      }
      view.sha256 = hash.digest('hex')
      response.end(JSON.stringify(view))
    } catch {
      view.aborted = true
    }
    return
  }
  request.resume()
  response.on('error', () => undefined)
  if (pathname === '/silent') return
  for await (const piece of blocks(bytes)) {
    if (response.destroyed) return
    view.size += piece.length
    if (!response.write(piece)) await drained(response)
    if (pathname === '/cut' && view.size >= 8 * MB) return void response.destroy()
  }
  response.end()
}

/** Resolves when more can be written, or nobody reads any more. */
function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

describe('large bodies through the built programs', () => {
  const children: Children = keepChildren()
  const server = http.createServer((request, response) => void answer(request, response))
  let folder: string
  let site: Site
  let agent: { child: ChildProcess; pid: number }

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    folder = await makeFolder()
    site = await openSite(folder, children, url)
    agent = await site.startAgent()
  })
  afterAll(async () => {
    await site.close()
    await children.end()
    server.closeAllConnections()
    server.close()
    await removeFolder(folder)
  })

  const request = (path: string, change: Partial<StreamRequest> = {}): StreamRequest => ({
    target: { name: 'sage', url: site.url },
    method: 'GET',
    path,
    headers: [],
    idempotency: 'repeatable',
    timeout: TIMEOUT,
    ...change,
  })
  /** Runs the work and says by how many MB the agent's memory grew at most. */
  async function growth<T>(work: Promise<T>): Promise<{ result: T; extra: number }> {
    const before = (await residentMb(agent.pid)) ?? 0
    let most = before
    let running = true
    const sampling = (async () => {
      while (running) {
        most = Math.max(most, (await residentMb(agent.pid)) ?? 0)
        await pause(50)
      }
    })()
    const result = await work
    running = false
    await sampling
    return { result, extra: most - before }
  }

  it('brings 100 MB from a target, byte for byte, in bounded memory', { timeout: TIMEOUT }, async () => {
    const { status, body } = await site.relay.stream(AGENT_ID, request(`/down?bytes=${LARGE}`))
    const { result, extra } = await growth(digestOf(body))
    expect([status, result]).toEqual([200, await digestOf(blocks(LARGE))])
    expect(extra).toBeLessThan(EXTRA_MB)
    expect(await site.leftBehind()).toBe(0)
  })

  it('brings 100 MB to a target, byte for byte, in bounded memory', { timeout: TIMEOUT }, async () => {
    const sending = site.relay.stream(
      AGENT_ID,
      request('/up', { method: 'POST', idempotency: 'once', body: blocks(LARGE) }),
    )
    const { result, extra } = await growth(sending)
    const { size, sha256 } = await digestOf(blocks(LARGE))
    expect(result.status).toBe(200)
    expect(seen.get('/up')).toMatchObject({ size, sha256 })
    expect(extra).toBeLessThan(EXTRA_MB)
    expect(await site.leftBehind()).toBe(0)
  })

  it('reads a target no faster than its caller reads', { timeout: TIMEOUT }, async () => {
    const { body } = await site.relay.stream(AGENT_ID, request(`/held?bytes=${LARGE}`))
    const reading = body[Symbol.asyncIterator]()
    await reading.next()
    // Everything is full when nothing more has been read for a while.
    let before = -1
    while (before !== seen.get('/held')?.size) {
      before = seen.get('/held')?.size ?? 0
      await pause(1000)
    }
    expect(before).toBeLessThan(40 * MB)
    body.destroy()
    await expect.poll(() => seen.get('/held')?.closed, { timeout: 30_000 }).toBe(true)
    expect(await site.leftBehind()).toBe(0)
  })

  it('gives a slow target its time, and loses nothing', { timeout: TIMEOUT }, async () => {
    const size = 20 * MB
    const { status } = await site.relay.stream(
      AGENT_ID,
      request('/slow-up', { method: 'POST', body: blocks(size) }),
    )
    expect([status, seen.get('/slow-up')]).toMatchObject([200, await digestOf(blocks(size))])
    expect(await site.leftBehind()).toBe(0)
  })

  it('says that an answer broke off, and never takes it for the whole', { timeout: TIMEOUT }, async () => {
    const { body } = await site.relay.stream(AGENT_ID, request(`/cut?bytes=${LARGE}`))
    expect(await codeOf(digestOf(body))).toBe('response-broken')
    expect(await site.leftBehind()).toBe(0)
  })

  it('ends a request whose source fails: the target never sees its end', { timeout: TIMEOUT }, async () => {
    async function* failing() {
      yield* blocks(8 * MB)
      throw new Error('the file is gone')
    }
    const call = site.relay.stream(AGENT_ID, request('/up', { method: 'POST', body: failing() }))
    expect(await codeOf(call)).toBe('request-broken')
    await expect.poll(() => seen.get('/up')?.aborted, { timeout: 30_000 }).toBe(true)
    expect(await site.leftBehind()).toBe(0)
  })

  it('ends the call at the target when its caller goes away', { timeout: TIMEOUT }, async () => {
    for (const path of ['/silent', `/down?bytes=${LARGE}`]) {
      const caller = new AbortController()
      const call = site.relay.stream(AGENT_ID, request(path), caller.signal)
      const name = path.split('?')[0] ?? ''
      seen.delete(name)
      await expect.poll(() => seen.has(name), { timeout: 30_000 }).toBe(true)
      const end = codeOf(call.then(({ body }) => digestOf(body)))
      caller.abort()
      expect(await end).toBe('call-cancelled')
      await expect.poll(() => seen.get(name)?.closed, { timeout: 30_000 }).toBe(true)
      expect(await site.leftBehind()).toBe(0)
    }
  })

  it('ends an upload when its caller goes away: the target never sees its end', {
    timeout: TIMEOUT,
  }, async () => {
    const caller = new AbortController()
    let left = false
    async function* endless() {
      try {
        for (;;) yield block
      } finally {
        left = true
      }
    }
    seen.delete('/up')
    const upload = request('/up', { method: 'POST', idempotency: 'once', body: endless() })
    const end = codeOf(site.relay.stream(AGENT_ID, upload, caller.signal))
    await expect.poll(() => (seen.get('/up')?.size ?? 0) > 5 * MB, { timeout: 60_000 }).toBe(true)
    caller.abort()
    expect(await end).toBe('call-cancelled')
    await expect.poll(() => seen.get('/up')?.aborted, { timeout: 30_000 }).toBe(true)
    await expect.poll(() => left, { timeout: 30_000 }).toBe(true)
    expect(await site.leftBehind()).toBe(0)
  })

  it('tells its caller when the agent is killed in the middle', { timeout: TIMEOUT }, async () => {
    const { body } = await site.relay.stream(AGENT_ID, request(`/down?bytes=${LARGE}`, { timeout: 30_000 }))
    const reading = codeOf(digestOf(body))
    await expect.poll(() => (seen.get('/down')?.size ?? 0) > 5 * MB, { timeout: 30_000 }).toBe(true)
    agent.child.kill('SIGKILL')
    await once(agent.child, 'exit')
    agent = await site.startAgent()
    expect(['response-broken', 'deadline-exceeded']).toContain(await reading)
    await endChild(agent.child)
  })
})
