import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { IncomingRequest } from '../../../agent/connection/line.ts'
import { createTally } from '../../../agent/relay/counters.ts'
import type { JournalEntry } from '../../../agent/relay/journal/journal.ts'
import { createRelay } from '../../../agent/relay/serve.ts'
import type { TargetAnswer, TargetHttp } from '../../../agent/relay/target-http.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { silentLogger } from '../../../shared/log.ts'
import { noTracing } from '../../../shared/telemetry/tracing.ts'
import { type HttpCallHead, ReplyHead, RequestHead } from '../../../shared/wire/call.ts'
import { decodeFrame, encodeFrame, packBody, unpackBody } from '../../../shared/wire/frame.ts'
import { channelPair } from '../channels.ts'
import { fakeClock, settle } from '../fake-clock.ts'
import { noSecrets } from '../no-secrets.ts'

const ok: TargetAnswer = {
  status: 200,
  headers: [['content-type', 'text/plain']],
  body: Buffer.from('hello'),
}

function setup() {
  const clock = fakeClock()
  const channel = channelPair()
  const tally = createTally(() => undefined)
  const replies: { id: string; sessionId: string; head: ReplyHead; body: Uint8Array }[] = []
  const calls: {
    path: string
    body: string
    signal: AbortSignal
    maxBytes: number | undefined
    answer: (answer: TargetAnswer) => void
    fail: (error: Error) => void
  }[] = []
  const settled: string[] = []
  const entries = new Map<string, JournalEntry>()
  const limits: { maxResponseMb?: number; timeoutSeconds?: number } = {}
  let sending: () => Promise<void> = async () => undefined
  const http: TargetHttp = {
    call: (_base, head, body, signal, maxBytes) =>
      new Promise((resolve, reject) => {
        calls.push({
          path: head.path,
          body: Buffer.from(body).toString(),
          signal,
          maxBytes,
          answer: resolve,
          fail: reject,
        })
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
    open: () => Promise.reject(new Error('nothing is streamed here')),
    close: () => undefined,
  }
  const relay = createRelay({
    agentId: 't1-agent1',
    targets: {
      resolve: async (name, asked) => {
        if (name !== 'sage') throw new StegError('target-unknown', { target: name })
        return new URL(asked)
      },
      limitsOf: async () => limits,
    },
    http,
    journal: {
      find: (id) => entries.get(id),
      start: (id) => entries.set(id, { state: 'executing' }),
      finish: (id, _deadline, answer) => entries.set(id, { state: 'done', answer }),
    },
    channel: channel.agent,
    sendReply: async ({ id, sessionId, frame }) => {
      await sending()
      const { head, body } = decodeFrame(ReplyHead, channel.hub.open(id, frame))
      replies.push({ id, sessionId, head, body: await unpackBody(head.body, body) })
    },
    tally,
    hubNow: clock.now,
    clock,
    version: '1.2.3',
    agentName: 'Agent 1',
    secrets: noSecrets,
    tracing: noTracing,
    log: silentLogger,
  })

  /** A frame as the hub sends it: sealed for the call that it names. */
  function request(frame: Uint8Array, change: Partial<IncomingRequest> = {}): IncomingRequest {
    const id = idOf(frame) ?? 'c1'
    return {
      shared: false,
      body: channel.hub.seal(id, frame),
      messageId: 'm1',
      correlationId: id,
      replyToSessionId: 'hub-1',
      begunBefore: 0,
      complete: async () => void settled.push('complete'),
      abandon: async (begun) => void settled.push(begun ? 'abandon' : 'hand-back'),
      deadLetter: async (reason) => void settled.push(`dead-letter ${reason}`),
      ...change,
    }
  }

  function call(change: Partial<HttpCallHead> = {}, body?: Uint8Array): Buffer {
    const head: HttpCallHead = {
      v: 2,
      form: 'http',
      id: 'call-1',
      deadline: clock.now() + 30_000,
      target: { name: 'sage', url: 'http://sage.example' },
      method: 'GET',
      path: '/a',
      headers: [],
      idempotency: 'repeatable',
      body: null,
      ...change,
    }
    return encodeFrame(head, body, 'request')
  }

  return {
    clock,
    tally,
    relay,
    replies,
    calls,
    limits,
    settled,
    request,
    call,
    channel,
    entries,
    failSending: (fail: () => Promise<void>) => {
      sending = fail
    },
  }
}

function idOf(frame: Uint8Array): string | undefined {
  try {
    return decodeFrame(RequestHead, frame).head.id
  } catch {
    return undefined
  }
}

describe('serving requests', () => {
  it('answers a ping without touching a target', async () => {
    const { relay, replies, calls, settled, request, clock } = setup()
    const ping = { v: 2, id: 'p', deadline: clock.now() + 1000, ping: true }
    await relay.serve(request(encodeFrame(ping, undefined, 'request')))
    expect(replies).toMatchObject([
      { id: 'p', sessionId: 'hub-1', head: { outcome: { kind: 'pong', version: '1.2.3' } } },
    ])
    expect([calls.length, settled]).toEqual([0, ['complete']])
  })

  it('calls the target with the unpacked body, answers, and only then completes', async () => {
    const { relay, replies, calls, settled, request, call } = setup()
    const body = Buffer.from('x'.repeat(2000))
    const packed = await packBody(body)
    const serving = relay.serve(request(call({ body: packed?.info ?? null }, packed?.bytes)))
    await expect.poll(() => calls.length).toBe(1)
    expect(calls[0]?.body).toBe(body.toString())
    expect(settled).toEqual([])
    calls[0]?.answer(ok)
    await serving
    expect(replies[0]?.head.outcome).toEqual({ kind: 'answered', status: 200, headers: ok.headers })
    expect(Buffer.from(replies[0]?.body ?? []).toString()).toBe('hello')
    expect(settled).toEqual(['complete'])
  })

  it('does not complete a request whose reply did not get out', async () => {
    const { relay, calls, settled, request, call, failSending } = setup()
    failSending(() => Promise.reject(new StegError('bus-unavailable', { reason: 'gone' })))
    const serving = relay.serve(request(call()))
    await settle()
    calls[0]?.answer(ok)
    await serving
    expect(settled).toEqual([])
  })

  it('drops and counts what is past its deadline', async () => {
    const { relay, replies, calls, settled, request, call, clock, tally } = setup()
    await relay.serve(request(call({ deadline: clock.now() })))
    expect([replies.length, calls.length, settled, tally.read().dropped]).toEqual([0, 0, ['complete'], 1])
  })

  it('aborts the call at its deadline and says so', async () => {
    const { relay, replies, calls, request, call, clock, tally } = setup()
    const serving = relay.serve(request(call()))
    await clock.advance(29_999)
    expect(replies).toHaveLength(0)
    await clock.advance(1)
    await serving
    expect(calls[0]?.signal.aborted).toBe(true)
    expect(replies[0]?.head.outcome).toEqual({
      kind: 'failed',
      error: { code: 'deadline-exceeded', params: { target: 'sage', seconds: 30 } },
    })
    expect(tally.read()).toMatchObject({ calls: 1, errors: { 'deadline-exceeded': 1 } })
  })

  it('ends a call at the time that is set for its target, and names it', async () => {
    const { relay, replies, calls, limits, request, call, clock } = setup()
    limits.timeoutSeconds = 7
    const serving = relay.serve(request(call()))
    await clock.advance(6_999)
    expect(replies).toHaveLength(0)
    await clock.advance(1)
    await serving
    expect(calls[0]?.signal.aborted).toBe(true)
    expect(replies[0]?.head.outcome).toEqual({
      kind: 'failed',
      error: { code: 'target-time-limit', params: { target: 'http://sage.example/', seconds: 7 } },
    })
    expect(clock.sleeping()).toEqual([])
  })

  it('takes no answer larger than is set for its target, and names it', async () => {
    const { relay, replies, calls, limits, request, call } = setup()
    limits.maxResponseMb = 2
    const serving = relay.serve(request(call()))
    await settle()
    expect(calls[0]?.maxBytes).toBe(2 * 1024 ** 2)
    const size = { direction: 'response', size: 2 * 1024 ** 2 + 1 }
    calls[0]?.fail(new StegError('call-too-large', { ...size, limit: 2 * 1024 ** 2 }))
    await serving
    expect(replies[0]?.head.outcome).toEqual({
      kind: 'failed',
      error: { code: 'target-size-limit', params: { target: 'http://sage.example', megabytes: 2 } },
    })
  })

  it('does not execute a second time what must not be repeated', async () => {
    const { relay, replies, calls, settled, request, call } = setup()
    await relay.serve(request(call({ idempotency: 'once' }), { begunBefore: 1 }))
    expect(calls).toHaveLength(0)
    expect(replies[0]?.head.outcome).toMatchObject({ kind: 'failed', error: { code: 'indeterminate' } })
    expect(settled).toEqual(['complete'])
  })

  it('executes once what is delivered twice at the same time, and settles both', async () => {
    const { relay, replies, calls, settled, request, call } = setup()
    const both = [relay.serve(request(call())), relay.serve(request(call(), { begunBefore: 1 }))]
    await settle()
    expect(calls).toHaveLength(1)
    calls[0]?.answer(ok)
    await Promise.all(both)
    expect([replies.length, settled]).toEqual([1, ['complete', 'complete']])
    await relay.serve(request(call(), { begunBefore: 2 }))
    expect([calls.length, replies.length, settled.length]).toEqual([1, 1, 3])
  })

  it('gives a duplicate back when the first delivery came to nothing', async () => {
    const { relay, calls, settled, request, call, failSending } = setup()
    failSending(() => Promise.reject(new StegError('bus-unavailable', { reason: 'gone' })))
    const both = [relay.serve(request(call())), relay.serve(request(call()))]
    await settle()
    calls[0]?.answer(ok)
    await Promise.all(both)
    expect(settled).toEqual(['abandon'])
  })

  it('reports failures of the catalogue as they are, others only by reference', async () => {
    const { relay, replies, calls, request, call } = setup()
    await relay.serve(request(call({ id: 'a', target: { name: 'other', url: 'http://x.example' } })))
    expect(replies[0]?.head.outcome).toMatchObject({
      error: { code: 'target-unknown', params: { target: 'other' } },
    })
    const serving = relay.serve(request(call({ id: 'b' })))
    await settle()
    calls[0]?.fail(new TypeError('a mistake with details'))
    await serving
    expect(replies[1]?.head.outcome).toEqual({
      kind: 'failed',
      error: { code: 'internal-error', params: { reference: 'b' } },
    })
  })

  it('tells the hub when the answer does not fit into one message', async () => {
    const { relay, replies, calls, request, call } = setup()
    const serving = relay.serve(request(call()))
    await settle()
    calls[0]?.answer({ ...ok, body: randomBytes(300_000) })
    await serving
    expect(replies).toHaveLength(1)
    expect(replies[0]?.head.outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'call-too-large', params: { direction: 'response' } },
    })
  })

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['noise', Buffer.from('not a frame at all')],
    ['a cut head', Buffer.from([0, 0, 1, 0, 123])],
    ['another version', encodeFrame({ v: 1, id: 'x', deadline: 1, ping: true }, undefined, 'request')],
    ['a head of another form', encodeFrame({ hello: 1 }, undefined, 'request')],
  ])('puts %s to the dead letters and answers whoever waits', async (_case, body) => {
    const { relay, replies, settled, request, tally } = setup()
    await relay.serve(request(body))
    expect(replies).toMatchObject([
      { id: 'c1', head: { id: 'c1', outcome: { error: { code: 'message-invalid' } } } },
    ])
    expect([settled, tally.read().dropped]).toEqual([['dead-letter message-invalid'], 1])
  })

  it.each<[string, (ends: ReturnType<typeof channelPair>, call: Buffer) => Uint8Array]>([
    ['in clear', (_, call) => call],
    ['without content', () => new Uint8Array(0)],
    ['sealed for another call', ({ hub }, call) => hub.seal('call-2', call)],
    ['sealed by another hub', (_, call) => channelPair().hub.seal('call-1', call)],
    ['sealed by the agent itself', ({ agent }, call) => agent.seal('call-1', call)],
  ])('does nothing about a request %s, and tells nobody that it was not done (F2)', async (_case, bodyOf) => {
    const { relay, replies, calls, settled, request, call, channel, tally } = setup()
    await relay.serve({ ...request(call()), body: bodyOf(channel, call()) })
    expect([replies.length, calls.length, settled]).toEqual([0, 0, ['dead-letter message-invalid']])
    expect(tally.read().dropped).toBe(1)
  })

  it('refuses a call under the id of another one', async () => {
    const { relay, calls, settled, request, call, channel } = setup()
    await relay.serve({ ...request(call()), body: channel.hub.seal('x', call()), correlationId: 'x' })
    expect([calls.length, settled]).toEqual([0, ['dead-letter message-invalid']])
  })

  it('journals answers as they travel: nobody without the key reads them on the disk', async () => {
    const { relay, calls, request, call, entries, channel } = setup()
    const serving = relay.serve(request(call({ idempotency: 'once' })))
    await settle()
    calls[0]?.answer({ ...ok, body: Buffer.from('Erika Mustermann') })
    await serving
    const stored = Buffer.from(entries.get('call-1')?.answer ?? [])
    expect(stored.includes('Erika')).toBe(false)
    expect(channel.hub.open('call-1', stored).includes('Erika')).toBe(true)
  })

  it('puts to the dead letters what nobody waits for, and what is altered is answered', async () => {
    const { relay, replies, settled, request, call } = setup()
    await relay.serve(request(call(), { replyToSessionId: undefined }))
    expect([replies.length, settled]).toEqual([0, ['dead-letter message-invalid']])
    const packed = await packBody(Buffer.from('abc'))
    await relay.serve(request(call({ body: packed?.info ?? null }, Buffer.from('abd'))))
    expect(replies[0]?.head.outcome).toMatchObject({ error: { code: 'message-invalid' } })
  })

  it('hands back new requests while stopping, lets running ones finish, and ends them when asked', async () => {
    const { relay, replies, calls, settled, request, call } = setup()
    const repeatable = relay.serve(request(call({ id: 'a' })))
    const once = relay.serve(request(call({ id: 'b', idempotency: 'once' })))
    const quick = relay.serve(request(call({ id: 'c', idempotency: 'once' })))
    await settle()
    relay.refuseNew()
    await relay.serve(request(call({ id: 'd' })))
    expect(settled).toEqual(['hand-back'])
    calls[2]?.answer(ok)
    await quick
    relay.abort()
    await Promise.all([repeatable, once])
    expect(settled.sort()).toEqual(['abandon', 'complete', 'complete', 'hand-back'])
    expect(
      replies.map(({ id, head }) => [id, head.outcome.kind === 'failed' && head.outcome.error.code]),
    ).toEqual([
      ['c', false],
      ['b', 'indeterminate'],
    ])
  })
})
