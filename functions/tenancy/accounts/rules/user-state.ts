/** A mail that is still "being sent" after this long was lost with the hub that sent it. */
const SENDING_MS = 2 * 60_000

export type UserState = 'invited' | 'expired' | 'active' | 'locked'
export type MailState = 'sending' | 'sent' | 'failed'

interface Facts {
  readonly locked: boolean
  readonly registeredAt?: number | undefined
  readonly invitation?:
    | { readonly expiresAt: number; readonly mail: MailState; readonly mailedAt: number }
    | undefined
}

export function userState(user: Facts, now: number): UserState {
  if (user.locked) return 'locked'
  if (user.registeredAt !== undefined) return 'active'
  return user.invitation !== undefined && user.invitation.expiresAt > now ? 'invited' : 'expired'
}

/** What became of the mail with the invitation; null when there is none to wait for. */
export function mailState({ invitation }: Facts, now: number): MailState | null {
  if (invitation === undefined) return null
  const lost = invitation.mail === 'sending' && now - invitation.mailedAt > SENDING_MS
  return lost ? 'failed' : invitation.mail
}
