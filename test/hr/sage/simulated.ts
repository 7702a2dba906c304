import { toConnection } from '../../../functions/hr/sage/connection.ts'
import type { SageConnection } from '../../../functions/hr/sage/port.ts'
import { SageProfile } from '../../../functions/hr/sage/profile.ts'
import { createSageSession, type Exchange } from '../../../functions/hr/sage/session.ts'
import type { SageSimulator } from '../../../infra/local/sage/simulator.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { instantClock } from '../../clock.ts'

/** Milliseconds until a call counts as hanging, in the one fault where it does. */
const HANGS_AFTER_MS = 50

/**
 * A connection to a simulator without hub and agent between them: HTTP straight from here, failures named as the relay
 * names them, pauses without waiting.
 * @param hangs whether a call may be given up because it hangs
 */
export function connectTo(simulator: SageSimulator, pageSize: number, hangs = false): SageConnection {
  const profile = SageProfile.parse({ list: { pageSize } })
  const clock = instantClock()
  const [user] = simulator.users
  if (user === undefined) throw new Error('a simulator has a user')
  const session = createSageSession({
    exchange: exchangeWith(hangs),
    credentials: { baseUrl: simulator.url, ...user, database: undefined },
    profile,
    clock,
    explainBadRequest: async () => undefined,
  })
  return toConnection({ agentName: 'agent', session, profile, now: clock.now })
}

function exchangeWith(hangs: boolean): Exchange {
  return async ({ target, path, method, headers, body }) => {
    const url = target.url + path
    const failed = (code: 'target-unreachable' | 'response-broken') => (error: unknown) => {
      if (isStegError(error)) throw error
      if (error instanceof DOMException) {
        const seconds = HANGS_AFTER_MS / 1000
        throw new StegError('deadline-exceeded', { target: 'sage', seconds }, { cause: error })
      }
      throw new StegError(code, { url, reason: String(error) }, { cause: error })
    }
    const response = await fetch(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      redirect: 'manual',
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      ...(hangs ? { signal: AbortSignal.timeout(HANGS_AFTER_MS) } : {}),
    }).catch(failed('target-unreachable'))
    const bytes = await response.arrayBuffer().catch(failed('response-broken'))
    return {
      status: response.status,
      headers: [
        ...Array.from(response.headers, ([name, value]): [string, string] => [name, value]).filter(
          ([name]) => name !== 'set-cookie',
        ),
        ...response.headers.getSetCookie().map((value): [string, string] => ['set-cookie', value]),
      ],
      body: new Uint8Array(bytes),
    }
  }
}
