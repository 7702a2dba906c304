import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export const CLIENT = { clientId: 'steg', clientSecret: 'a secret of the test provider' }
export const SCOPES = 'openid offline_access'

/** A real OpenID provider that rotates refresh tokens and takes a second use for a theft. */
export async function startRotatingProvider() {
  let provider: Provider | undefined
  const server = createServer((request, response) => {
    if (provider === undefined) response.destroy()
    else provider.callback()(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const running = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: ['https://steg.example/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    rotateRefreshToken: true,
    ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, RefreshToken: 3600 },
    features: { devInteractions: { enabled: false } },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
  })
  provider = running

  return {
    tokenEndpoint: `${issuer}/token`,
    /** What a person's sign-in ends with. */
    async signIn(accountId = 'mia'): Promise<string> {
      const client = await running.Client.find(CLIENT.clientId)
      const grant = new running.Grant({ accountId, clientId: CLIENT.clientId })
      grant.addOIDCScope(SCOPES)
      const grantId = await grant.save()
      return new running.RefreshToken({
        accountId,
        client,
        grantId,
        scope: SCOPES,
        gty: 'authorization_code',
        expiresWithSession: false,
      }).save()
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
