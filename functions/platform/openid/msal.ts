import { randomUUID } from 'node:crypto'
import { ConfidentialClientApplication, CryptoProvider, ProtocolMode } from '@azure/msal-node'
import { z } from 'zod'
import { reasonOf, StegError } from '../../../shared/errors/error.ts'
import type { Identity, OpenIdProvider } from './port.ts'

const Claims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  oid: z.string().optional(),
  tid: z.string().optional(),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  preferred_username: z.string().optional(),
  // Entra's optional claim "email domain owner verified", which comes as text, number or truth value.
  xms_edov: z.union([z.boolean(), z.string(), z.number()]).optional(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
})

export interface MsalOptions {
  readonly clientId: string
  readonly clientSecret: string
  /** Such as `https://login.microsoftonline.com/<directory>`; any OpenID provider works. */
  readonly authority: string
}

const scopes = ['openid', 'profile', 'email']

/** Sign-in through Microsoft's own library. It may also speak to other OpenID providers. */
export function createMsalProvider(options: MsalOptions): OpenIdProvider {
  const { hostname, host } = new URL(options.authority)
  const isEntra = /(^|\.)login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)$/.test(hostname)
  const crypto = new CryptoProvider()

  /** A new one for each step: it keeps every token it has seen, and those are of no use here. */
  function client(): ConfidentialClientApplication {
    return new ConfidentialClientApplication({
      auth: {
        clientId: options.clientId,
        clientSecret: options.clientSecret,
        authority: options.authority,
        ...(isEntra ? {} : { knownAuthorities: [host] }),
      },
      system: { protocolMode: isEntra ? ProtocolMode.AAD : ProtocolMode.OIDC },
    })
  }

  return {
    begin: (redirectUri) =>
      translated(async () => {
        const { verifier, challenge } = await crypto.generatePkceCodes()
        const flow = { state: randomUUID(), nonce: randomUUID(), verifier, redirectUri }
        const url = await client().getAuthCodeUrl({
          scopes,
          redirectUri,
          state: flow.state,
          nonce: flow.nonce,
          codeChallenge: challenge,
          codeChallengeMethod: 'S256',
          prompt: 'select_account',
        })
        return { url, flow }
      }),

    finish: (code, flow) =>
      translated(async () => {
        const { idTokenClaims } = await client().acquireTokenByCode({
          scopes,
          code,
          redirectUri: flow.redirectUri,
          codeVerifier: flow.verifier,
          nonce: flow.nonce,
        })
        const claims = Claims.parse(idTokenClaims)
        // It came straight from the provider over TLS; that it is for us is checked here all the same.
        if (claims.aud !== options.clientId) throw new Error('the token is for another application')
        return identityOf(claims)
      }),
  }
}

function identityOf(claims: z.infer<typeof Claims>): Identity {
  const isOwnDomain = [true, 'true', '1', 1].includes(claims.xms_edov ?? false)
  return {
    // In Entra `oid` is the person in their directory; elsewhere `sub` at the issuer.
    subject: claims.oid && claims.tid ? `${claims.tid}/${claims.oid}` : `${claims.iss} ${claims.sub}`,
    email: claims.email,
    userName: claims.preferred_username,
    emailVerified: claims.email_verified === true || isOwnDomain,
    firstName: claims.given_name,
    lastName: claims.family_name,
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'errorCode' in error ? String(error.errorCode) : undefined
    throw new StegError(
      'microsoft-failed',
      { reason: code ?? reasonOf(error).slice(0, 100) },
      { cause: error },
    )
  }
}
