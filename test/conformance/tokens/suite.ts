import { describe, expect, it } from 'vitest'
import type { TokenProvider } from '../../../functions/platform/tokens/port.ts'

export interface ProviderUnderTest {
  readonly provider: TokenProvider
  readonly secrets: Readonly<Record<string, string>>
  readonly audience: string
  /** A refresh token as a person's sign-in gives it. */
  signIn(): Promise<string>
}

/** What every provider does that takes each refresh token once. */
export function describeTokenProvider(name: string, open: () => ProviderUnderTest): void {
  const never = new AbortController().signal

  describe(`token provider: ${name}`, () => {
    it('gives an access token and another refresh token, again and again', async () => {
      const { provider, secrets, audience, signIn } = open()
      let refreshToken = await signIn()
      const seen = new Set([refreshToken])
      for (let round = 0; round < 3; round++) {
        const answer = await provider.refresh({ refreshToken, secrets, audience }, never)
        if (answer.kind !== 'granted' || answer.refreshToken === undefined) throw new Error(answer.kind)
        expect(answer.expiresInSeconds).toBeGreaterThan(0)
        expect(answer.accessToken).not.toBe('')
        refreshToken = answer.refreshToken
        seen.add(refreshToken)
      }
      expect(seen.size).toBe(4)
    })

    it('refuses one that was used, and then all that came from it', async () => {
      const { provider, secrets, audience, signIn } = open()
      const first = await signIn()
      const answer = await provider.refresh({ refreshToken: first, secrets, audience }, never)
      const refused = { kind: 'refused', error: 'invalid_grant' }
      expect(await provider.refresh({ refreshToken: first, secrets, audience }, never)).toMatchObject(refused)
      const next = answer.kind === 'granted' ? answer.refreshToken : undefined
      expect(await provider.refresh({ refreshToken: next ?? '', secrets, audience }, never)).toMatchObject(
        refused,
      )
    })

    it('refuses one that it never gave', async () => {
      const { provider, secrets, audience } = open()
      expect(await provider.refresh({ refreshToken: 'made-up', secrets, audience }, never)).toMatchObject({
        kind: 'refused',
        error: 'invalid_grant',
      })
    })
  })
}
