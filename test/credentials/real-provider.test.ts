import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTokenEndpoint } from '../../functions/platform/tokens/token-endpoint.ts'
import { systemClock } from '../../shared/clock.ts'
import { CLIENT, SCOPES, startRotatingProvider } from './oidc.ts'
import { credentialsSite, MAILBOX } from './site.ts'

let oidc: Awaited<ReturnType<typeof startRotatingProvider>>
beforeAll(async () => {
  oidc = await startRotatingProvider()
})
afterAll(() => oidc.stop())

it('with a provider that takes each refresh token once: hubs at once, many rotations, and a sign-in that was revoked', async () => {
  const site = credentialsSite()
  // Real time for the hubs: the provider's answers take some.
  const hub = () => site.hub({ clock: systemClock })
  let calls = 0
  const provider = createTokenEndpoint({
    url: oidc.tokenEndpoint,
    clientId: CLIENT.clientId,
    clock: systemClock,
    async fetch(...request) {
      calls += 1
      return fetch(...request)
    },
  })
  const first = await oidc.signIn()
  await hub().set(MAILBOX, { secrets: { clientSecret: CLIENT.clientSecret }, refreshToken: first })
  const wanted = { audience: SCOPES, provider, as: 'person' as const }
  const seen = new Set<string>()
  const rounds = 5
  for (let round = 0; round < rounds; round++) {
    const hubs = [hub(), hub(), hub()]
    const tokens = await Promise.all(hubs.map((one) => one.accessToken(MAILBOX, wanted)))
    expect(new Set(tokens).size).toBe(1)
    const [token = ''] = tokens
    seen.add(token)
    await hub().rejectToken(MAILBOX, SCOPES, token)
  }
  expect(seen.size).toBe(rounds)
  expect(calls).toBe(rounds)

  // Somebody uses a stolen one: the provider ends the whole sign-in, and a person must come.
  await provider.refresh(
    { refreshToken: first, secrets: { clientSecret: CLIENT.clientSecret }, audience: SCOPES },
    new AbortController().signal,
  )
  await expect(hub().accessToken(MAILBOX, wanted)).rejects.toMatchObject({ code: 'credentials-expired' })
  expect(await hub().view(MAILBOX)).toMatchObject({ state: 'expired' })
  await hub().set(MAILBOX, { refreshToken: await oidc.signIn() })
  expect(await hub().accessToken(MAILBOX, wanted)).not.toBe('')
})
