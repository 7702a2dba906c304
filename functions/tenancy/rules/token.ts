/**
 * Tokens that people copy: `steg_<kind>_<tenant>_<id>_<secret>`. Tenant and id are in clear, so that a token is found by
 * one point read; only a hash of the secret is stored.
 */
export type TokenKind = 'api' | 'mat' | 'session' | MailedKind

/** Secrets in links of mails; the id is the user's. */
export type MailedKind = 'invitation' | 'reset' | 'address' | 'restore'

export interface ParsedToken {
  readonly tenantId: string
  readonly id: string
  readonly secret: string
}

export function formatToken(kind: TokenKind, token: ParsedToken): string {
  return `steg_${kind}_${token.tenantId}_${token.id}_${token.secret}`
}

export function parseToken(kind: TokenKind, text: string): ParsedToken | undefined {
  const match = /^steg_([a-z]+)_([0-9a-z]{8,20})_([0-9a-z]{8,20})_([A-Za-z0-9_-]{43})$/.exec(text)
  const [, found, tenantId, id, secret] = match ?? []
  if (found !== kind || !tenantId || !id || !secret) return undefined
  return { tenantId, id, secret }
}
