import { expect, it, onTestFinished } from 'vitest'
import type { IncomingReply } from '../../functions/platform/bus/port.ts'
import { createLateReplies } from '../../functions/relay/late-replies.ts'
import { createReplyRouters } from '../../functions/relay/reply-routers.ts'
import type { Logger } from '../../shared/log.ts'
import { fakeClock, settle } from '../agent/fake-clock.ts'

function recordingLog() {
  const lines: string[] = []
  const write = (text: string) => void lines.push(text)
  const log: Logger = { debug: write, info: write, warn: write, error: write }
  return { lines, log }
}

it('late replies are counted, and told once a minute at most', () => {
  const { lines, log } = recordingLog()
  const late = createLateReplies(log)
  for (let second = 0; second < 60; second++) {
    for (let times = 0; times < 100; times++) expect(late.count(second * 1000)).toBe(false)
  }
  expect(lines).toHaveLength(1)
  late.count(60_000)
  expect(lines).toHaveLength(2)
})

it('who fills a reply queue lets the calls of its own tenant rest, and of nobody else', async () => {
  const { lines, log } = recordingLog()
  const clock = fakeClock()
  const open = new Map<string, (reply: IncomingReply) => void>()
  const opened: string[] = []
  let late = 0
  const routers = createReplyRouters({
    bus: {
      async openReplySession(queue, _sessionId, onReply) {
        opened.push(queue)
        open.set(queue, onReply)
        return {
          check: async () => undefined,
          close: async () => void open.delete(queue),
        }
      },
    },
    clock,
    instanceId: 'hub-1',
    log,
    onLate: () => {
      late += 1
    },
  })
  onTestFinished(() => routers.close())
  const heard: string[] = []
  for (const tenant of ['bad', 'good']) {
    const router = routers.of(`replies-${tenant}`)
    router.listen(`call-${tenant}`, 60_000, undefined, {
      onFrame: () => heard.push(tenant),
      onEnd: () => undefined,
    })
    await router.ready()
  }
  const rubbish = { correlationId: 'nobody', body: new Uint8Array(1) }
  for (let times = 0; times < 5000; times++) open.get('replies-bad')?.(rubbish)
  await settle()
  expect([...open.keys()]).toEqual(['replies-good'])
  open.get('replies-good')?.({ correlationId: 'call-good', body: new Uint8Array(1) })
  expect(heard).toEqual(['good'])
  // Nothing of the rubbish is kept or written down.
  expect([late, lines.length]).toEqual([5000, 2])

  await clock.advance(5000)
  expect([...open.keys()].sort()).toEqual(['replies-bad', 'replies-good'])
  open.get('replies-bad')?.({ correlationId: 'call-bad', body: new Uint8Array(1) })
  expect(heard).toEqual(['good', 'bad'])
  expect(opened).toEqual(['replies-bad', 'replies-good', 'replies-bad'])
})
