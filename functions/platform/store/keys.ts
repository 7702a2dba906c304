/**
 * Row keys made of parts: `keyOf('run', jobId, padNumber(7, 10))`. The separator sorts below every character that stays
 * as it is, so keys sort by their first part, then the second, and so on. Escaped characters lose their place in the order.
 */
const separator = '!'
const afterSeparator = '"'

/** Forbidden in keys, or below or equal to the separator, or the escape itself, or half a character. */
const escaped = /[/\\#?!$ \p{Cc}\p{Cs}]/gu
const escapeSequence = /\$(-|[0-9a-f]{4})/g

/**
 * Joins parts into one key; `partsOf` takes it apart again. Numbers are written in decimal; use `padNumber` where the
 * order matters. Throws a RangeError for no parts and for numbers that are not whole and safe.
 */
export function keyOf(...parts: readonly (string | number)[]): string {
  if (parts.length === 0) throw new RangeError('A key has at least one part')
  return parts.map(encodePart).join(separator)
}

/** The parts of a key that `keyOf` made, all as strings. */
export function partsOf(key: string): string[] {
  return key
    .split(separator)
    .map((part) =>
      part.replace(escapeSequence, (_, code: string) =>
        code === '-' ? '' : String.fromCharCode(Number.parseInt(code, 16)),
      ),
    )
}

/** The range of all keys that begin with these parts and have more parts after them. */
export function keysUnder(...parts: readonly (string | number)[]): { from: string; to: string } {
  const prefix = keyOf(...parts)
  return { from: prefix + separator, to: prefix + afterSeparator }
}

/** A whole number from 0 in `width` digits, so that text order is numeric order. Throws a RangeError when it does not fit. */
export function padNumber(value: number, width: number): string {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError('Only whole numbers from 0 can be padded')
  const digits = String(value)
  if (digits.length > width) throw new RangeError(`The number has more than ${width} digits`)
  return digits.padStart(width, '0')
}

function encodePart(part: string | number): string {
  if (typeof part === 'number') {
    if (!Number.isSafeInteger(part)) throw new RangeError('Only whole numbers can be part of a key')
    return String(part)
  }
  // An empty part needs a mark of its own: a key must not be empty.
  if (part === '') return '$-'
  return part.replace(escaped, (character) => `$${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
