import { describe, expect, it, vi } from 'vitest'
import type { Bus, IncomingReply, OutgoingMessage } from '../../functions/platform/bus/port.ts'
import { createRelayService, type RelayRequest } from '../../functions/relay/service.ts'
import { StegError } from '../../shared/errors/error.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { RequestHead } from '../../shared/wire/call.ts'
import { decodeFrame, encodeFrame, packBody } from '../../shared/wire/frame.ts'
import { channelPair } from '../agent/channels.ts'
import { fakeClock, settle } from '../agent/fake-clock.ts'

const request: RelayRequest = {
  target: { name: 'sage', url: 'http://localhost/hrportalapi' },
  method: 'GET',
  path: '/A',
  headers: [],
  idempotency: 'repeatable',
  timeout: 10_000,
}

function site() {
  const clock = fakeClock()
  const channel = channelPair()
  /** Requests as the agent sees them: opened. */
  const sent: { queue: string; message: OutgoingMessage }[] = []
  const sessions: {
    onReply(reply: IncomingReply): void
    onLost(reason: string): void
    closed: boolean
    checked: number
  }[] = []
  const faults = { send: false, open: 0, hold: Promise.resolve(), opening: Promise.resolve(), dead: false }
  const late: string[] = []
  const bus: Bus = {
    async send(queue, message) {
      await faults.hold
      if (faults.send) throw new StegError('bus-unavailable', { reason: 'test' })
      const body = channel.agent.open(message.correlationId ?? message.messageId, message.body)
      sent.push({ queue, message: { ...message, body } })
    },
    async openReplySession(_, __, onReply, onLost) {
      await faults.opening
      if (faults.open-- > 0) throw new StegError('bus-unavailable', { reason: 'test' })
      const session = { onReply, onLost, closed: false, checked: 0 }
      sessions.push(session)
      return {
        async check() {
          session.checked += 1
          if (faults.dead) onLost('test')
        },
        async close() {
          session.closed = true
        },
      }
    },
    ensureQueue: async () => undefined,
    deleteQueue: async () => undefined,
    check: async () => undefined,
    close: async () => undefined,
  }
  const relay = createRelayService({
    bus,
    clock,
    random: systemRandom,
    placeOf: async (to) => ({
      queue: `agent-${to}`,
      replies: 'replies-t1',
      channel: channel.hub,
      agents: [to],
    }),
    instanceId: 'hub-1',
    log: silentLogger,
    onLate: (agentId) => late.push(agentId),
  })

  /** What the agent would send for the n-th request. */
  async function answer(index: number, status: number, text: string, session = sessions.length - 1) {
    const { message } = sent[index] ?? {}
    if (message === undefined) throw new Error('nothing was sent')
    const { head } = decodeFrame(RequestHead, message.body)
    const packed = await packBody(Buffer.from(text))
    const reply = {
      v: 2,
      id: head.id,
      outcome:
        'ping' in head ? { kind: 'pong', version: '1' } : { kind: 'answered', status, headers: [['a', 'b']] },
      body: packed?.info ?? null,
    }
    replyWith(head.id, encodeFrame(reply, packed?.bytes, 'response'), session)
  }

  /** Any frame, sealed by the agent. */
  function replyWith(id: string, frame: Uint8Array, session = sessions.length - 1) {
    sessions[session]?.onReply({ correlationId: id, body: channel.agent.seal(id, frame) })
  }
  return { relay, late, clock, sent, sessions, faults, answer, replyWith, channel }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error) => error.code,
  )

describe('relay, hub side', () => {
  it('matches each reply to its call, whatever their order', async () => {
    const { relay, sent, sessions, answer } = site()
    const calls = Array.from({ length: 20 }, () => relay.call('a-1', request))
    await expect.poll(() => sent.length).toBe(20)
    for (const index of [...calls.keys()].reverse()) await answer(index, 200 + index, `body ${index}`)
    const answers = await Promise.all(calls)
    expect(answers.map(({ status, body }) => [status, Buffer.from(body).toString()])).toEqual(
      answers.map((_, index) => [200 + index, `body ${index}`]),
    )
    expect(sessions).toHaveLength(1)
    expect(new Set(sent.map(({ queue }) => queue))).toEqual(new Set(['agent-a-1']))
    expect(
      sent.every(({ message }) => message.timeToLive === 10_000 && message.replyToSessionId === 'hub-1'),
    ).toBe(true)
  })

  it('gives up at the deadline, and a late reply harms nobody', async () => {
    const { relay, clock, sent, answer, late } = site()
    const call = codeOf(relay.call('a-1', request))
    await expect.poll(() => sent.length).toBe(1)
    await clock.advance(10_000)
    expect(await call).toBe('deadline-exceeded')
    await answer(0, 200, 'late')
    expect(late).toEqual(['a-1'])
  })

  it('survives a caller that goes away while its request is still being sent (F3)', async () => {
    const { relay, faults } = site()
    const sending = Promise.withResolvers<void>()
    faults.hold = sending.promise
    const caller = new AbortController()
    const stray = vi.fn()
    process.on('unhandledRejection', stray)
    const call = codeOf(relay.call('a-1', request, caller.signal))
    await settle()
    caller.abort()
    await settle()
    sending.resolve()
    expect(await call).toBe('call-cancelled')
    expect(stray).not.toHaveBeenCalled()
    process.off('unhandledRejection', stray)
  })

  it('ends at its deadline also while its session for replies cannot be opened, and is not sent then (F3)', async () => {
    const { relay, clock, faults, sent } = site()
    const opening = Promise.withResolvers<void>()
    faults.opening = opening.promise
    const call = codeOf(relay.call('a-1', request))
    await settle()
    await clock.advance(10_000)
    expect(await call).toBe('deadline-exceeded')
    opening.resolve()
    await settle()
    expect(sent).toEqual([])
  })

  it('asks after its session when nothing comes, and takes another when it is dead (F3)', async () => {
    const { relay, clock, faults, sent, sessions, answer } = site()
    const call = relay.call('a-1', { ...request, timeout: 60_000 })
    await expect.poll(() => sent.length).toBe(1)
    await clock.advance(10_000)
    expect(sessions).toMatchObject([{ checked: 1 }])
    faults.dead = true
    await clock.advance(10_000)
    expect(sessions).toMatchObject([{ checked: 2 }, { checked: 0 }])
    faults.dead = false
    await answer(0, 200, 'by the other')
    expect(Buffer.from((await call).body).toString()).toBe('by the other')
    await clock.advance(60_000)
    expect(sessions).toMatchObject([{ checked: 2 }, { checked: 0 }])
    // It is given back when nobody has needed it for two minutes.
    expect(sessions[1]?.closed).toBe(false)
    await clock.advance(240_000)
    expect(sessions[1]?.closed).toBe(true)
    expect(clock.sleeping()).toEqual([])
  })

  it('ends at its deadline also while the broker takes nothing (F3)', async () => {
    const { relay, clock, faults } = site()
    faults.hold = new Promise(() => undefined)
    const call = codeOf(relay.call('a-1', request))
    await settle()
    await clock.advance(10_000)
    expect(await call).toBe('deadline-exceeded')
  })

  it('is never executed after what the caller allows, however late it is sent (F1)', async () => {
    const { relay, clock, sent } = site()
    const started = clock.now()
    const allowed = [started + 4_000, started - 60_000, started + 60_000]
    const calls = allowed.map((notAfter) => codeOf(relay.call('a-1', { ...request, notAfter })))
    await expect.poll(() => sent.length).toBe(3)
    const deadlines = sent.map(({ message }) => decodeFrame(RequestHead, message.body).head.deadline)
    expect(deadlines).toEqual([started + 4_000, started - 60_000, started + 10_000])
    await clock.advance(10_000)
    await Promise.all(calls)
  })

  it('says whether an agent lives', async () => {
    const { relay, clock, sent, answer } = site()
    const alive = relay.isAlive('a-1', 5_000)
    await expect.poll(() => sent.length).toBe(1)
    await answer(0, 0, '')
    expect(await alive).toBe(true)
    const dead = relay.isAlive('a-1', 5_000)
    await expect.poll(() => sent.length).toBe(2)
    await clock.advance(5_000)
    expect(await dead).toBe(false)
  })

  it('takes its session again when it is lost while calls wait, and still gets their replies', async () => {
    const { relay, clock, sent, sessions, faults, answer } = site()
    const call = relay.call('a-1', request)
    await expect.poll(() => sent.length).toBe(1)
    faults.open = 2
    sessions[0]?.onLost('broker restarted')
    await clock.advance(500)
    await clock.advance(500)
    await expect.poll(() => sessions.length).toBe(2)
    await answer(0, 200, 'after all')
    expect(Buffer.from((await call).body).toString()).toBe('after all')
  })

  it('reports a broker that does not answer, and works again afterwards', async () => {
    const { relay, sent, faults, answer } = site()
    faults.open = 1
    expect(await codeOf(relay.call('a-1', request))).toBe('bus-unavailable')
    faults.send = true
    expect(await codeOf(relay.call('a-1', request))).toBe('bus-unavailable')
    faults.send = false
    const call = relay.call('a-1', request)
    await expect.poll(() => sent.length).toBe(1)
    await answer(0, 204, '')
    expect((await call).status).toBe(204)
  })

  it('passes on what the agent says of a failure', async () => {
    const { relay, sent, replyWith } = site()
    const call = relay.call('a-1', request)
    await expect.poll(() => sent.length).toBe(1)
    const id = sent[0]?.message.messageId ?? ''
    const error = { code: 'target-unreachable', params: { url: 'http://x', reason: 'connection refused' } }
    const body = encodeFrame(
      { v: 2, id, outcome: { kind: 'failed', error }, body: null },
      undefined,
      'response',
    )
    replyWith(id, body)
    await expect(call).rejects.toMatchObject(error)
  })

  it.each([
    ['nonsense', Buffer.from('nonsense')],
    ['another version', encodeFrame({ v: 2, id: 'x', outcome: {}, body: null }, undefined, 'response')],
  ])('does not believe %s', async (_, body) => {
    const { relay, sent, replyWith } = site()
    const call = codeOf(relay.call('a-1', request))
    await expect.poll(() => sent.length).toBe(1)
    replyWith(sent[0]?.message.messageId ?? '', body)
    expect(await call).toBe('message-invalid')
  })

  const answered = (id: string) =>
    encodeFrame(
      { v: 2, id, outcome: { kind: 'answered', status: 200, headers: [] }, body: null },
      undefined,
      'response',
    )

  it.each<[string, (id: string, ends: ReturnType<typeof channelPair>) => Uint8Array]>([
    ['in clear', (id) => answered(id)],
    ['that another agent has sealed', (id) => channelPair().agent.seal(id, answered(id))],
    ['that was sealed for another call', (id, { agent }) => agent.seal('other', answered(id))],
    ['that the hub itself has sealed', (id, { hub }) => hub.seal(id, answered(id))],
  ])('does not believe a reply %s (F2)', async (_, replyOf) => {
    const { relay, sent, sessions, channel } = site()
    const call = codeOf(relay.call('a-1', request))
    await expect.poll(() => sent.length).toBe(1)
    const id = sent[0]?.message.messageId ?? ''
    sessions[0]?.onReply({ correlationId: id, body: replyOf(id, channel) })
    expect(await call).toBe('message-invalid')
  })

  it('stops waiting when the caller goes away, and when the hub stops', async () => {
    const { relay, sent, sessions } = site()
    const caller = new AbortController()
    const first = codeOf(relay.call('a-1', request, caller.signal))
    const second = codeOf(relay.call('a-1', request))
    await expect.poll(() => sent.length).toBe(2)
    caller.abort()
    expect(await first).toBe('call-cancelled')
    await relay.close()
    expect(await second).toBe('call-cancelled')
    expect(sessions[0]?.closed).toBe(true)
    expect(await codeOf(relay.call('a-1', request))).toBe('bus-unavailable')
    await settle()
  })

  it('refuses a request that does not fit into one message, without sending it', async () => {
    const { relay, sent } = site()
    const body = Buffer.from(systemRandom.bytes(300_000))
    expect(await codeOf(relay.call('a-1', { ...request, method: 'POST', body }))).toBe('call-too-large')
    expect(sent).toHaveLength(0)
  })
})
