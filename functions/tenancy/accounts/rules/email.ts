/**
 * An address as it is compared: the same person writes it in many ways. Providers that tell upper and lower case apart
 * in the local part are not known to exist. A domain is mapped as UTS 46 does it (compatibility forms, the dots of other
 * scripts), a local part as RFC 8265 does it for user names (width and case only).
 */
export function normaliseEmail(text: string): string {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(0, at)).replace(/[\uff00-\uffef]/g, (wide) => wide.normalize('NFKC'))
  const domain = text
    .slice(at + 1)
    .normalize('NFKC')
    .replace(/\u3002/g, '.')
  const whole = at < 0 ? text : `${local}@${lower(domain, 'NFKC')}`
  return lower(whole, 'NFC').trim()
}

function lower(text: string, form: 'NFC' | 'NFKC'): string {
  return text.normalize(form).toLowerCase().normalize(form)
}

const notAllowed = String.raw`\s@<>,;:"()[\]\\\p{C}\p{Z}\p{Default_Ignorable_Code_Point}`
const wellFormed = new RegExp(
  String.raw`^[^${notAllowed}]{1,64}@[^.${notAllowed}]+(\.[^.${notAllowed}]+)*$`,
  'u',
)

/**
 * Whether mail could go there. No more than that: only a link that comes back proves an address. What cannot be seen has
 * no place in one, because two that look the same must be the same.
 */
export function isEmail(text: string): boolean {
  const email = normaliseEmail(text)
  return email.length <= 254 && wellFormed.test(email)
}

/** Whose mailbox it is: what follows a plus is the same person at most providers. Of a normalised address. */
export function mailboxOf(email: string): string {
  return email.replace(/^([^+]+)\+.*@/, '$1@')
}
