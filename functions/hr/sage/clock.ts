import { StegError } from '../../../shared/errors/error.ts'
import type { SageClock, SageSession } from './port.ts'
import type { SageProfile } from './profile.ts'

const QUARTER_MS = 15 * 60_000

/**
 * Reads the server's local time between two looks at the hub's clock. Offsets of zones are whole quarter hours; what
 * remains is drift, as long as the clock is wrong by less than seven minutes.
 * @throws StegError `sage-unexpected-data` and those of the session
 */
export async function readSageClock(
  session: Pick<SageSession, 'get'>,
  profile: SageProfile,
  now: () => number,
): Promise<SageClock> {
  const before = now()
  const text = await session.get(profile.currentTime)
  const middle = (before + now()) / 2
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text)) {
    throw new StegError('sage-unexpected-data', {
      path: profile.currentTime,
      problem: 'it is not a local time',
    })
  }
  const ahead = Date.parse(`${text}Z`) - middle
  // Adding zero makes an offset of minus zero plain.
  const offset = Math.round(ahead / QUARTER_MS) * QUARTER_MS + 0
  return { offsetMinutes: offset / 60_000, driftMs: Math.round(ahead - offset) }
}
