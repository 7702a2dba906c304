import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { createTally } from '../../../agent/relay/counters.ts'
import type { TargetLimits } from '../../../agent/relay/rules/limits.ts'
import { createRelay } from '../../../agent/relay/serve.ts'
import { createTargetHttp } from '../../../agent/relay/target-http.ts'
import { silentLogger } from '../../../shared/log.ts'
import { noTracing } from '../../../shared/telemetry/tracing.ts'
import { type HttpCallHead, ReplyHead } from '../../../shared/wire/call.ts'
import { decodeFrame, encodeFrame } from '../../../shared/wire/frame.ts'
import { channelPair } from '../channels.ts'
import { fakeClock } from '../fake-clock.ts'
import { noSecrets } from '../no-secrets.ts'
import { targetServer } from '../target-server.ts'

const MB = 1024 ** 2

/** Serves one call whose answer is streamed, and collects what the hub gets to hear. */
async function serve(limits: TargetLimits, answer: (response: ServerResponse) => void, credit = 1000) {
  const target = await targetServer((_request, response) => answer(response))
  const clock = fakeClock()
  const channel = channelPair()
  const said: ReplyHead['outcome'][] = []
  const http = createTargetHttp()
  onTestFinished(http.close)
  const relay = createRelay({
    agentId: 't1-agent1',
    targets: { resolve: async (_, asked) => new URL(asked), limitsOf: async () => limits },
    secrets: noSecrets,
    http,
    journal: { find: () => undefined, start: () => undefined, finish: () => undefined },
    channel: channel.agent,
    async sendReply({ id, frame }) {
      said.push(decodeFrame(ReplyHead, channel.hub.open(id, frame)).head.outcome)
    },
    tally: createTally(() => undefined),
    hubNow: clock.now,
    clock,
    version: '1',
    agentName: 'Agent 1',
    tracing: noTracing,
    log: silentLogger,
  })
  const head: HttpCallHead = {
    v: 2,
    form: 'http',
    id: 'call-1',
    deadline: clock.now() + 600_000,
    target: { name: 'sage', url: target.url },
    method: 'GET',
    path: '/',
    headers: [],
    idempotency: 'repeatable',
    body: null,
    credit,
  }
  const served = relay.serve({
    shared: false,
    body: channel.hub.seal(head.id, encodeFrame(head, undefined, 'request')),
    messageId: head.id,
    correlationId: head.id,
    replyToSessionId: 'hub-1',
    begunBefore: 0,
    complete: async () => undefined,
    abandon: async () => undefined,
    deadLetter: async () => undefined,
  })
  return { served, said, clock, url: target.url }
}

it('ends a streamed answer that gets larger than is set for its target, and names the limit', async () => {
  const { served, said, url } = await serve({ maxResponseMb: 2 }, (response) => {
    response.end(randomBytes(3 * MB))
  })
  await served
  expect(said.at(-1)).toEqual({
    kind: 'failed',
    error: { code: 'target-size-limit', params: { target: url, megabytes: 2 } },
  })
})

it('does not begin with an answer that announces too much', async () => {
  const { served, said } = await serve({ maxResponseMb: 2 }, (response) => {
    response.writeHead(200, { 'content-length': 3 * MB }).end(randomBytes(3 * MB))
  })
  await served
  expect(said).toMatchObject([{ kind: 'failed', error: { code: 'target-size-limit' } }])
})

it('lets an answer through that is as large as is allowed', async () => {
  const { served, said } = await serve({ maxResponseMb: 2 }, (response) => {
    response.end(randomBytes(2 * MB))
  })
  await served
  expect(said[0]).toMatchObject({ kind: 'answered' })
  expect(said.at(-1)).toMatchObject({ kind: 'chunk', end: { size: 2 * MB } })
})

it('ends a streamed answer that takes longer than is set for its target, and names the limit', async () => {
  const { served, said, clock } = await serve({ timeoutSeconds: 30 }, (response) => {
    response.write(randomBytes(2 * MB))
  })
  await expect.poll(() => said.length, { timeout: 30_000 }).toBeGreaterThan(1)
  await clock.advance(30_000)
  await served
  expect(said.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'target-time-limit' } })
})

it('lets go of the target at the end of the time when the hub that asked is gone and takes nothing more', async () => {
  const closed = Promise.withResolvers<void>()
  let written = 0
  const { served, said, clock } = await serve(
    {},
    (response) => {
      response.once('close', closed.resolve)
      const write = () => {
        while (!response.destroyed && written < 500 * MB) {
          written += MB
          if (!response.write(randomBytes(MB))) return void response.once('drain', write)
        }
      }
      write()
    },
    3,
  )
  const chunks = () => said.filter(({ kind }) => kind === 'chunk').length
  await expect.poll(chunks, { timeout: 30_000 }).toBe(3)
  await clock.advance(600_000)
  await closed.promise
  await served
  expect(chunks()).toBe(3)
  expect(said.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'deadline-exceeded' } })
  expect(written).toBeLessThan(100 * MB)
})
