import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { interactionPolicy, Provider } from 'oidc-provider'
import { testAuthority } from '../../agent/test-authority.ts'

export const CLIENT = { clientId: 'steg', clientSecret: 'a secret of the test provider' }

export interface Person {
  readonly email?: string
  readonly email_verified?: boolean
  readonly preferred_username?: string
  readonly given_name: string
  readonly family_name: string
}

/** A real OpenID provider on this machine. Its pages are answered at once, by the account that the test has chosen. */
export async function startOpenIdProvider(redirectUri: string) {
  const people = new Map<string, Person>()
  /** Who sits before the provider's pages; undefined: somebody who presses "Cancel". */
  let visitor: string | undefined
  let provider: Provider | undefined

  const server = createServer(
    { key: testAuthority.key, cert: testAuthority.issued.valid },
    (request, response) => {
      if (provider === undefined) response.destroy()
      else if (request.url?.startsWith('/interaction/')) {
        interact(provider, request, response).catch((error: Error) => response.destroy(error))
      } else provider.callback()(request, response)
    },
  )
  // The library that is tested fetches the way Node does: with the authorities that the process trusts.
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, testAuthority.cert])
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const authority = `https://localhost:${(server.address() as AddressInfo).port}`

  const policy = interactionPolicy.base()
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  provider = new Provider(authority, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    pkce: { required: () => true },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['given_name', 'family_name', 'preferred_username'],
    },
    // As Microsoft does it: the claims are in the id token.
    conformIdTokenClaims: false,
    cookies: { keys: ['test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { policy, url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, ...people.get(sub) }),
    }),
  })

  async function interact(at: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, session } = await at.interactionDetails(request, response)
    if (visitor === undefined) {
      return at.interactionFinished(request, response, {
        error: 'access_denied',
        error_description: 'cancelled',
      })
    }
    if (prompt.name !== 'consent') {
      return at.interactionFinished(request, response, { select_account: {}, login: { accountId: visitor } })
    }
    const grant = new at.Grant({
      accountId: session?.accountId ?? '',
      clientId: params.client_id ?? '',
    })
    grant.addOIDCScope('openid email profile')
    return at.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
  }

  return {
    authority,
    people,
    /** What a browser does at the provider. @returns where it is sent at the end: the hub's callback */
    async visit(url: string, as: string | undefined): Promise<URL> {
      visitor = as
      const jar = new Map<string, string>()
      let at = new URL(url)
      for (let step = 0; step < 20; step++) {
        if (at.origin !== authority) return at
        const response = await fetch(at, {
          redirect: 'manual',
          headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
        })
        for (const cookie of response.headers.getSetCookie()) {
          const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? []
          if (value === '') jar.delete(name)
          else jar.set(name, value)
        }
        const location = response.headers.get('location')
        if (location === null) throw new Error(`${response.status} at the provider: ${await response.text()}`)
        at = new URL(location, at)
      }
      throw new Error('the provider sends its visitor in circles')
    },
    async stop() {
      setDefaultCACertificates(trusted)
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
