import type { Lifetime } from './lifetime.ts'

/**
 * Characters of all access tokens in a row: those that end soonest give way, and one that is too long is not kept at
 * all, so that the refresh token that came with it always is.
 */
const ACCESS_CHARACTERS = 30_000
/** Of one entry, besides its name and token. */
const JSON_CHARACTERS = 100

/** Access tokens, sealed, by what they are for. */
type TokenCache = Readonly<Record<string, KeptToken>>

export interface KeptToken extends Lifetime {
  readonly token: string
}

export function withToken(
  tokens: TokenCache | undefined,
  audience: string,
  entry: KeptToken,
): Record<string, KeptToken> {
  const { [audience]: _, ...others } = tokens ?? {}
  const newestFirst = Object.entries(others).sort(([, a], [, b]) => b.expiresAt - a.expiresAt)
  let room = ACCESS_CHARACTERS
  const kept = [[audience, entry] as const, ...newestFirst].filter(([name, { token }]) => {
    const size = name.length + token.length + JSON_CHARACTERS
    if (size > room) return false
    room -= size
    return true
  })
  return Object.fromEntries(kept)
}
