/** Somebody as the provider vouches for them. */
export interface Identity {
  /** Stable for this person at this provider; addresses change hands, this does not. */
  readonly subject: string
  readonly email: string | undefined
  /** False when the person (or any admin of theirs) may have written the address without anybody checking. */
  readonly emailVerified: boolean
  /** What the person signs in with there. It may look like an address, and proves nothing. */
  readonly userName?: string | undefined
  readonly firstName: string | undefined
  readonly lastName: string | undefined
}

/** What must come back to the same browser that was sent away. */
export interface Flow {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly redirectUri: string
}

/** Sign-in at an OpenID provider: authorisation code with PKCE. */
export interface OpenIdProvider {
  /** @throws StegError `microsoft-failed` */
  begin(redirectUri: string): Promise<{ url: string; flow: Flow }>
  /** @throws StegError `microsoft-failed` */
  finish(code: string, flow: Flow): Promise<Identity>
}
