/**
 * An address as it is compared: the same person writes it in many ways. Providers that tell upper and lower case apart
 * in the local part are not known to exist.
 */
export function normaliseEmail(text: string): string {
  return text.trim().normalize('NFC').toLowerCase()
}

/** Whether mail could go there. No more than that: only a link that comes back proves an address. */
export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>,;:"()[\]\\\p{Cc}]{1,64}@[^\s@<>,;:"()[\]\\\p{Cc}]+$/u.test(text)
}

/** Whose mailbox it is: what follows a plus is the same person at most providers. Of a normalised address. */
export function mailboxOf(email: string): string {
  return email.replace(/^([^+]+)\+.*@/, '$1@')
}
