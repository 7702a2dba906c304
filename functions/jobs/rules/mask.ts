/** What takes the place of something that a limited caller may not see. */
export const MASKED = '•••'

// Each part of the patterns begins where few begin and repeats what is bounded, so that no text takes long.
const date = String.raw`(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`
const day = String.raw`(?<![\d+(])(?<kept>${date}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?)(?![\d-])`
const telephone = String.raw`[+(\d](?:[\s()./–-]{0,5}\d){4,}`

const addresses = /(?<![^\s@<>,;:"()[\]])[^\s@<>,;:"()[\]]+@[^\s<>,;"()[\]]+/gu
/** A day or a moment of RFC 3339, which stays; then digits as telephone numbers have them. */
const numbers = new RegExp(`${day}|${telephone}`, 'gu')

/**
 * A text without mail addresses and telephone numbers. It rather takes too much: five digits count as a number, whatever
 * they are, unless they are a day or a moment. Addresses go first: one may begin with digits that follow others.
 */
export function maskContacts(text: string): string {
  return text
    .replace(addresses, MASKED)
    .replace(numbers, (whole, kept: string | undefined) => (kept === undefined ? MASKED : whole))
}
