/** What takes the place of something that a limited caller may not see. */
export const MASKED = '•••'

// Each part of the pattern begins where few begin and repeats what is bounded, so that no text takes long.
const day = String.raw`(?<![\d+(])(?<kept>\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?)(?![\d-])`
const address = String.raw`(?<![^\s@<>,;:"()[\]])[^\s@<>,;:"()[\]]+@[^\s<>,;"()[\]]+`
const telephone = String.raw`[+(\d](?:[\s()./–-]{0,5}\d){4,}`

/** A day or a moment of RFC 3339, which stays; then an address of mail; then digits as telephone numbers have them. */
const places = new RegExp(`${day}|${address}|${telephone}`, 'gu')

/**
 * A text without mail addresses and telephone numbers. It rather takes too much: five digits count as a number, whatever
 * they are, unless they are a day or a moment.
 */
export function maskContacts(text: string): string {
  return text.replace(places, (whole, kept: string | undefined) => (kept === undefined ? MASKED : whole))
}
