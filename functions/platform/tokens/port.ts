/** What a provider gets to issue an access token. */
export interface Grant {
  /** Undefined where an application signs in for itself, with its secrets alone. */
  readonly refreshToken: string | undefined
  readonly secrets: Readonly<Record<string, string>>
  /** What the access token is for: scopes, with blanks between them. */
  readonly audience: string
}

export type TokenAnswer =
  | {
      readonly kind: 'granted'
      readonly accessToken: string
      readonly expiresInSeconds: number
      /** Where the provider rotates: from now on only this one counts. */
      readonly refreshToken?: string | undefined
    }
  /** `error` is of RFC 6749 §5.2, `aadsts` are Entra's numbers for it. */
  | { readonly kind: 'refused'; readonly error: string; readonly aadsts: readonly number[] }
  /** Nothing happened: throttled, or down. */
  | { readonly kind: 'unavailable'; readonly retryAfterMs?: number | undefined }
  /** It was asked and did not answer: it may have rotated all the same. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Whoever issues tokens. Does not throw; ends soon after the signal. */
export interface TokenProvider {
  refresh(grant: Grant, signal: AbortSignal): Promise<TokenAnswer>
}
