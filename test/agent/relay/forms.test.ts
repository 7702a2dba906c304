import type http from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTally } from '../../../agent/relay/counters.ts'
import { createRelay } from '../../../agent/relay/serve.ts'
import { createTargetHttp } from '../../../agent/relay/target-http.ts'
import { silentLogger } from '../../../shared/log.ts'
import { noTracing } from '../../../shared/telemetry/tracing.ts'
import { ReplyHead } from '../../../shared/wire/call.ts'
import { decodeFrame, encodeFrame } from '../../../shared/wire/frame.ts'
import { channelPair } from '../channels.ts'
import { fakeClock } from '../fake-clock.ts'
import { noSecrets } from '../no-secrets.ts'
import { targetServer } from '../target-server.ts'

interface Said {
  readonly head: ReplyHead
  readonly text: string
}

async function setup(answer: (response: http.ServerResponse) => void) {
  const target = await targetServer((_request, response) => answer(response))
  const clock = fakeClock()
  const channel = channelPair()
  const said: Said[] = []
  const settled: string[] = []
  const client = createTargetHttp()
  onTestFinished(client.close)
  const relay = createRelay({
    agentId: 't1-agent1',
    targets: { resolve: async (_, asked) => new URL(asked), limitsOf: async () => ({}) },
    secrets: noSecrets,
    http: client,
    journal: { find: () => undefined, start: () => undefined, finish: () => undefined },
    channel: channel.agent,
    async sendReply({ id, frame }) {
      const { head, body } = decodeFrame(ReplyHead, channel.hub.open(id, frame))
      said.push({ head, text: Buffer.from(body).toString() })
    },
    tally: createTally(() => undefined),
    hubNow: clock.now,
    clock,
    version: '1',
    agentName: 'Agent 1',
    tracing: noTracing,
    log: silentLogger,
  })
  const serve = (head: object) => {
    const common = { v: 2, id: 'c1', deadline: clock.now() + 600_000, idempotency: 'repeatable' }
    return relay.serve({
      shared: false,
      body: channel.hub.seal('c1', encodeFrame({ ...common, ...head }, undefined, 'request')),
      messageId: 'c1',
      correlationId: 'c1',
      replyToSessionId: 'hub-1',
      begunBefore: 0,
      complete: async () => void settled.push('complete'),
      abandon: async () => void settled.push('abandon'),
      deadLetter: async (reason) => void settled.push(`dead-letter ${reason}`),
    })
  }
  const get = { target: { name: 'sage', url: target.url }, method: 'GET', path: '/', headers: [], body: null }
  return { serve, said, settled, target, get, forms: relay.forms }
}

describe('forms of calls', () => {
  it.each(['telephony', 'watch', 'constructor'])('refuses %s with a code of its own', async (form) => {
    const { serve, said, settled, forms } = await setup(() => undefined)
    expect(forms).not.toContain(form)
    await serve({ form, lineId: 'x' })
    expect(said.map(({ head }) => head.outcome)).toEqual([
      { kind: 'failed', error: { code: 'form-unsupported', params: { agent: 'Agent 1', form } } },
    ])
    expect(settled).toEqual(['complete'])
  })

  it('puts what only says that it is of a known form to the dead letters', async () => {
    const { serve, settled, target } = await setup((response) => response.end())
    await serve({ form: 'http', path: 'nowhere' })
    expect([settled, target.seen]).toEqual([['dead-letter message-invalid'], []])
  })

  it('passes a stream on as it comes, however little it is', async () => {
    const open = Promise.withResolvers<http.ServerResponse>()
    const { serve, said, settled, get } = await setup((response) => {
      response.flushHeaders()
      open.resolve(response)
    })
    const serving = serve({ form: 'stream', credit: 8, ...get })
    const texts = () => said.map(({ text }) => text)
    await expect.poll(() => said.length).toBe(1)
    expect(said[0]?.head).toMatchObject({
      outcome: { kind: 'answered', status: 200 },
      body: { streamed: true },
    })
    const response = await open.promise
    for (const piece of ['OK', 'changed', 'OK']) {
      const before = said.length
      response.write(piece)
      await expect.poll(() => said.length).toBe(before + 1)
      expect(texts().at(-1)).toBe(piece)
    }
    expect(settled).toEqual([])
    response.end()
    await serving
    expect(said.at(-1)?.head.outcome).toMatchObject({ kind: 'chunk', seq: 3, end: { size: 11 } })
    expect(settled).toEqual(['complete'])
  })
})
