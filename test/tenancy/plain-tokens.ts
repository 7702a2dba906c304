import type { Store } from '../../functions/platform/store/port.ts'
import { createApiTokens } from '../../functions/tenancy/api-tokens.ts'
import type { Clock } from '../../shared/clock.ts'
import { silentLogger } from '../../shared/log.ts'
import type { Random } from '../../shared/random.ts'

/** API tokens where groups do not matter. */
export function plainTokens(parts: { store: Store; clock: Clock; random: Random }) {
  return createApiTokens({ ...parts, log: silentLogger, checkGroups: async () => undefined })
}
