import { StegError } from '../../../shared/errors/error.ts'
import type { Random } from '../../../shared/random.ts'
import { formatToken, type MailedKind, parseToken } from '../rules/token.ts'
import { hashSecret, matchesHash } from '../secret-hash.ts'
import type { Owner } from './names.ts'
import type { UserRow } from './rows.ts'
import type { StoredUser, UserStore } from './user-store.ts'

/** A secret for a link in a mail, and what is kept of it. */
export function newMailedToken(
  kind: MailedKind,
  owner: Owner,
  random: Random,
): { token: string; hash: string } {
  const secret = Buffer.from(random.bytes(32)).toString('base64url')
  const token = formatToken(kind, { tenantId: owner.tenantId, id: owner.userId, secret })
  return { token, hash: hashSecret(secret) }
}

interface Kept {
  readonly hash: string
  readonly expiresAt: number
}

const kept: Readonly<Record<MailedKind, (user: UserRow) => readonly (Kept | undefined)[]>> = {
  invitation: (user) => [user.invitation],
  reset: (user) => [user.reset],
  address: (user) => [user.newEmail],
  restore: (user) => user.formerEmails ?? [],
}

/** Whom a link is for, when it is still good. @throws StegError `link-invalid` */
export async function openMailedToken(
  kind: MailedKind,
  token: string,
  users: UserStore,
  now: number,
): Promise<StoredUser & { readonly owner: Owner; readonly hash: string }> {
  const parsed = parseToken(kind, token)
  const stored = parsed && (await users.find(parsed.tenantId, parsed.id))
  const expected =
    stored && kept[kind](stored.user).find((one) => one && matchesHash(parsed.secret, one.hash))
  if (!parsed || !stored || !expected || expected.expiresAt <= now) throw new StegError('link-invalid', {})
  return { ...stored, owner: { tenantId: parsed.tenantId, userId: parsed.id }, hash: expected.hash }
}
