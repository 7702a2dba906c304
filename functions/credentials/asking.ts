import type { Clock } from '../../shared/clock.ts'
import { reasonOf } from '../../shared/errors/error.ts'
import type { Grant, TokenAnswer, TokenProvider } from '../platform/tokens/port.ts'

/** How long a provider may take; then its answer counts as lost. */
export const CALL_MS = 20_000

/** Its answer, or what is known without one: never longer than a call may take, and never a throw. */
export async function askProvider(provider: TokenProvider, grant: Grant, clock: Clock): Promise<TokenAnswer> {
  const call = new AbortController()
  const patience = new AbortController()
  const tooLong = clock.sleep(CALL_MS, patience.signal).then(
    (): TokenAnswer => {
      call.abort(new Error('the provider took too long'))
      return { kind: 'unknown', reason: 'no answer in time' }
    },
    (): TokenAnswer => ({ kind: 'unknown', reason: 'not waited for' }),
  )
  try {
    return await Promise.race([provider.refresh(grant, call.signal), tooLong])
  } catch (error) {
    return { kind: 'unknown', reason: reasonOf(error) }
  } finally {
    patience.abort()
  }
}
