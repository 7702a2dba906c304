import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTally } from '../../../agent/relay/counters.ts'
import { openJournal } from '../../../agent/relay/journal/journal.ts'
import { createRelay } from '../../../agent/relay/serve.ts'
import { silentLogger } from '../../../shared/log.ts'
import { noTracing } from '../../../shared/telemetry/tracing.ts'
import { type HttpCallHead, ReplyHead } from '../../../shared/wire/call.ts'
import { decodeFrame, encodeFrame } from '../../../shared/wire/frame.ts'
import { channelPair } from '../channels.ts'
import { fakeClock, settle } from '../fake-clock.ts'
import { noSecrets } from '../no-secrets.ts'
import { temporaryFolder } from '../temporary.ts'

/** Where the agent's process can die while it serves a call. */
const crashes = [
  'before-start',
  'after-start',
  'after-execution',
  'after-journal',
  'after-reply',
  'none',
] as const
type Crash = (typeof crashes)[number]

const never = new Promise<never>(() => undefined)

it('a call that must not be repeated is executed at most once, whenever the agent is killed (F1)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...crashes), { maxLength: 5 }),
      fc.boolean(),
      async (plan, counted) => {
        const file = join(await temporaryFolder(), 'journal.db')
        const clock = fakeClock()
        const channel = channelPair()
        let executions = 0
        const replies: ReplyHead[] = []
        let completed = false

        /** One life of the agent's process: it gets the request and dies where it is told. */
        async function live(crash: Crash, delivery: number): Promise<void> {
          const journal = await openJournal({ file, now: clock.now })
          const relay = createRelay({
            agentId: 't1-agent1',
            targets: {
              resolve: async (_, asked) => (crash === 'before-start' ? never : new URL(asked)),
              limitsOf: async () => ({}),
            },
            http: {
              async call() {
                if (crash === 'after-start') await never
                executions += 1
                if (crash === 'after-execution') await never
                return { status: 201, headers: [], body: Buffer.from('{"Id":1}') }
              },
              open: () => never,
              close: () => undefined,
            },
            journal,
            channel: channel.agent,
            async sendReply({ frame }) {
              if (crash === 'after-journal') await never
              replies.push(decodeFrame(ReplyHead, channel.hub.open(head.id, frame)).head)
              if (crash === 'after-reply') await never
            },
            tally: createTally(() => undefined),
            hubNow: clock.now,
            clock,
            version: '1',
            agentName: 'Agent 1',
            secrets: noSecrets,
            tracing: noTracing,
            log: silentLogger,
          })
          const head: HttpCallHead = {
            v: 2,
            form: 'http',
            id: 'call-1',
            deadline: clock.now() + 30_000,
            target: { name: 'sage', url: 'http://localhost' },
            method: 'POST',
            path: '/Time/TimeEvents',
            headers: [],
            idempotency: 'once',
            body: null,
          }
          void relay.serve({
            shared: false,
            body: channel.hub.seal(head.id, encodeFrame(head, undefined, 'request')),
            messageId: 'm',
            correlationId: 'call-1',
            replyToSessionId: 'hub',
            // A broker that was killed, too, may have forgotten that it delivered the request before.
            begunBefore: counted ? delivery : 0,
            complete: async () => {
              completed = true
            },
            abandon: async () => undefined,
            deadLetter: async () => undefined,
          })
          await settle()
          journal.close()
        }

        for (const [delivery, crash] of plan.entries()) if (!completed) await live(crash, delivery)
        if (!completed) await live('none', plan.length)

        expect(completed).toBe(true)
        expect(executions).toBeLessThanOrEqual(1)
        // Whoever is told that it was done can rely on it; otherwise the answer says that it is not known.
        for (const { outcome } of replies) {
          if (outcome.kind === 'answered') expect(executions).toBe(1)
          else expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'indeterminate' } })
        }
        // An outcome that is on disk is never lost.
        if (plan.includes('after-journal') && !plan.includes('after-execution') && executions === 1) {
          expect(replies.at(-1)?.outcome.kind).toBe('answered')
        }
      },
    ),
    { numRuns: 150 },
  )
}, 120_000)
