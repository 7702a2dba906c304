import { createJobsService } from '../../functions/jobs/service.ts'
import { type JobDefinition, RunHeld, type RunContext } from '../../functions/jobs/port.ts'
import type { RunRow } from '../../functions/jobs/rows.ts'
import type { OutgoingMessage } from '../../functions/platform/bus/port.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { StegError } from '../../shared/errors/error.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { fakeClock } from '../agent/fake-clock.ts'

export const TENANT = 'tenant001'

/** Jobs with a store in memory, a bus that only keeps what is sent, and work that the test decides. */
export function jobsSite() {
  const store = openSqliteStore({ file: ':memory:' })
  const clock = fakeClock()
  const sent: OutgoingMessage[] = []
  const worked: { token: string; context: RunContext }[] = []
  const bus = { fail: false }
  let behaviour: (token: string, context: RunContext) => Promise<void> = async () => undefined

  const work = (token: string): JobDefinition => ({
    token,
    category: 'SageSkripte',
    position: 10,
    kind: 'work',
    async run(context) {
      worked.push({ token, context })
      await behaviour(token, context)
      return { read: 1 }
    },
  })

  /** What a hub process is: several may share store and bus. */
  const hub = () =>
    createJobsService({
      store,
      bus: {
        async send(_, message) {
          if (bus.fail) throw new StegError('bus-unavailable', { reason: 'test' })
          sent.push(message)
        },
      },
      definitions: [
        work('One'),
        work('Two'),
        { token: 'Both', category: 'SageSkripte', position: 5, kind: 'sequence', children: ['One', 'Two'] },
      ],
      clock,
      random: systemRandom,
      log: silentLogger,
    })

  return {
    hub,
    clock,
    sent,
    worked,
    bus,
    behave(next: typeof behaviour) {
      behaviour = next
    },
    message: (run: RunRow) => ({ tenantId: TENANT, job: run.job, runId: run.id }),
    close: () => store.close(),
  }
}

export const held = () => new RunHeld({ count: 20, limit: 3, total: 20, digest: 'these people' })
