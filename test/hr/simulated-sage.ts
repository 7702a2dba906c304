import { setImmediate } from 'node:timers/promises'
import { createTargetHttp } from '../../agent/relay/target-http.ts'
import { toConnection } from '../../functions/hr/sage/connection.ts'
import type { SageConnection } from '../../functions/hr/sage/port.ts'
import { SageProfile } from '../../functions/hr/sage/profile.ts'
import { createSageSession, type Exchange } from '../../functions/hr/sage/session.ts'
import { startSageSimulator } from '../../infra/local/sage/simulator.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { instantClock } from '../clock.ts'

/**
 * The Sage simulator with all its faults, called as the agent calls it, in one process and on a clock that the test
 * moves: a call that hangs ends at once, when its time would be over.
 */
export async function simulatedSage(clock: ReturnType<typeof instantClock>) {
  const users = [{ username: 'steg', password: 'secret' }]
  const simulator = await startSageSimulator({ clock, users, people: 20 })
  const { control } = simulator
  const http = createTargetHttp()
  const profile = SageProfile.parse({})
  let sent = 0

  // The list of requests is long, so it is looked at only when one may hang.
  const hangs = (id: string) =>
    control.faults().some(({ rule, hits }) => rule.kind === 'hang' && hits > 0) &&
    control.requests().requests.some(({ requestId, faults }) => requestId === id && faults.includes('hang'))

  const exchange: Exchange = async ({ target, body = new Uint8Array(), timeout, notAfter, ...head }) => {
    const deadline = notAfter ?? clock.now() + timeout
    const late = () => new StegError('deadline-exceeded', { target: 'sage', seconds: timeout / 1000 })
    if (clock.now() >= deadline) throw late()
    const id = `r${++sent}`
    const limit = new AbortController()
    const call = { answered: false }
    const answer = http
      .call(
        new URL(target.url),
        { ...head, headers: [...head.headers, ['x-request-id', id]] },
        body,
        limit.signal,
      )
      .finally(() => {
        call.answered = true
      })
    // Whoever waits below hears of it; nobody else has to.
    answer.catch(() => undefined)
    while (!call.answered) {
      await setImmediate()
      if (!limit.signal.aborted && hangs(id)) {
        clock.advance(deadline - clock.now())
        limit.abort(late())
      }
    }
    const response = await answer
    if (clock.now() >= deadline) throw late()
    return response
  }

  return {
    control,
    /** As a run opens it: with a session of its own. */
    connect: async (): Promise<SageConnection> =>
      toConnection({
        agentName: 'agent',
        profile,
        session: createSageSession({
          exchange,
          credentials: { baseUrl: simulator.url, username: 'steg', password: 'secret', database: undefined },
          profile,
          clock,
          explainBadRequest: async () => undefined,
        }),
        now: clock.now,
      }),
    async close() {
      http.close()
      await simulator.close()
    },
  }
}
