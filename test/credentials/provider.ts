import type { Grant, TokenAnswer, TokenProvider } from '../../functions/platform/tokens/port.ts'
import type { Clock } from '../../shared/clock.ts'

/** What a request of a token meets. `lost`: the provider did it, and the answer never came. */
export type Fault = 'none' | 'lost' | 'unavailable' | 'down' | 'hangs'

export interface MemoryProvider extends TokenProvider {
  /** A first refresh token, as a person's sign-in gives it. */
  signIn(): string
  /** Of the next requests, in order; `none` after that. */
  readonly faults: Fault[]
  /** How long an access token lives, in seconds. */
  lifetime: number
  retryAfterMs: number | undefined
  /** How long a request takes, in milliseconds. */
  takesMs: number
  revoke(): void
  refusal: { error: string; aadsts: readonly number[] } | undefined
  isAlive(accessToken: string): boolean
  readonly requests: Grant[]
  /** The most requests at the same time. */
  mostAtOnce(): number
  /** Rotations whose answer was lost on its way. */
  lost(): number
  /** Refresh tokens that replaced another one. */
  rotations(): number
}

/**
 * A provider in memory that rotates refresh tokens. `strict` takes each one once, and a second use for a theft that
 * revokes all of them (RFC 9700 §4.14.2); otherwise former ones live on, as at Entra.
 */
export function memoryProvider(clock: Clock, strict: boolean): MemoryProvider {
  const living = new Set<string>()
  const used = new Set<string>()
  const access = new Map<string, number>()
  let number = 0
  let atOnce = 0
  let most = 0
  let lost = 0
  let rotations = 0

  function issue(refreshToken: string): TokenAnswer {
    if (used.has(refreshToken)) living.clear()
    if (!living.has(refreshToken)) return { kind: 'refused', error: 'invalid_grant', aadsts: [] }
    if (strict) {
      living.delete(refreshToken)
      used.add(refreshToken)
    }
    const next = `refresh-${++number}-${'r'.repeat(40)}`
    living.add(next)
    rotations += 1
    return grant(next)
  }

  function grant(refreshToken?: string): TokenAnswer {
    const accessToken = `access-${++number}-${'a'.repeat(40)}`
    access.set(accessToken, clock.now() + provider.lifetime * 1000)
    return { kind: 'granted', accessToken, expiresInSeconds: provider.lifetime, refreshToken }
  }

  async function take(request: Grant, signal: AbortSignal): Promise<TokenAnswer> {
    const fault = provider.faults.shift() ?? 'none'
    if (fault === 'hangs') {
      await clock.sleep(600_000, signal).catch(() => undefined)
      return { kind: 'unknown', reason: 'hung' }
    }
    if (provider.takesMs > 0) await clock.sleep(provider.takesMs, signal)
    if (fault === 'unavailable') return { kind: 'unavailable', retryAfterMs: provider.retryAfterMs }
    if (fault === 'down') throw new Error('connect ECONNREFUSED')
    if (provider.refusal !== undefined) return { kind: 'refused', ...provider.refusal }
    const answer = request.refreshToken === undefined ? grant() : issue(request.refreshToken)
    if (fault !== 'lost' || answer.kind !== 'granted') return answer
    lost += 1
    return { kind: 'unknown', reason: 'connection reset' }
  }

  const provider: MemoryProvider = {
    faults: [],
    lifetime: 3600,
    retryAfterMs: undefined,
    takesMs: 0,
    refusal: undefined,
    requests: [],
    signIn() {
      const first = `refresh-${++number}-${'r'.repeat(40)}`
      living.add(first)
      return first
    },
    revoke: () => living.clear(),
    isAlive: (token) => (access.get(token) ?? 0) > clock.now(),
    mostAtOnce: () => most,
    lost: () => lost,
    rotations: () => rotations,
    async refresh(request, signal) {
      provider.requests.push(request)
      most = Math.max(most, ++atOnce)
      try {
        return await take(request, signal)
      } finally {
        atOnce -= 1
      }
    },
  }
  return provider
}
