import type { ErrorCode } from '../../../shared/errors/error.ts'
import type { Event } from './state.ts'

export interface Meaning {
  readonly event: Extract<Event, 'refused' | 'consent-needed' | 'ended'>
  /** Whose text says to the admin what to do. */
  readonly code: Extract<ErrorCode, `entra-${string}` | `credentials-${string}`>
}

const consent = { event: 'consent-needed', code: 'entra-consent-missing' } as const
const proof = { event: 'ended', code: 'entra-more-proof-needed' } as const
const account = { event: 'ended', code: 'entra-account-unusable' } as const
const application = { event: 'consent-needed', code: 'entra-application-unusable' } as const
const directory = { event: 'ended', code: 'entra-directory-unknown' } as const
const certificate = { event: 'ended', code: 'entra-certificate-refused' } as const
const request = { event: 'ended', code: 'entra-request-refused' } as const
const session = { event: 'ended', code: 'entra-sign-in-ended' } as const

/** What Entra's numbers (AADSTS…) mean for an account; see "Microsoft Entra authentication error codes". */
export const entraMeanings: Readonly<Record<number, Meaning>> = {
  65001: consent,
  65004: consent,
  90094: consent,
  50076: proof,
  50079: proof,
  50158: proof,
  53000: proof,
  53003: proof,
  50105: { event: 'consent-needed', code: 'entra-user-unassigned' },
  50034: account,
  50053: account,
  50057: account,
  50126: { event: 'refused', code: 'entra-password-wrong' },
  50055: { event: 'ended', code: 'entra-password-expired' },
  700016: application,
  7000112: application,
  7000229: application,
  90002: directory,
  900023: directory,
  7000215: { event: 'ended', code: 'entra-secret-wrong' },
  7000222: { event: 'ended', code: 'entra-secret-expired' },
  700024: certificate,
  700027: certificate,
  700213: certificate,
  50011: request,
  54005: request,
  501481: request,
  9002313: request,
  50078: session,
  50173: session,
  70008: session,
  70043: session,
  700082: session,
}

/** By the numbers first: one error of RFC 6749 stands for many of them. */
export function meaningOf(error: string, aadsts: readonly number[]): Meaning {
  for (const number of aadsts) {
    const meaning = entraMeanings[number]
    if (meaning !== undefined) return meaning
  }
  if (error === 'consent_required') return { event: 'consent-needed', code: 'credentials-consent-missing' }
  if (error === 'invalid_client' || error === 'unauthorized_client') {
    return { event: 'ended', code: 'credentials-application-refused' }
  }
  return { event: 'ended', code: 'credentials-expired' }
}
