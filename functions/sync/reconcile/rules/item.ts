/**
 * What is compared: an item is a bag of named fields, whatever its kind. A field is what is merged as one, so a profile
 * keeps in one field what only makes sense together (start with its zone). A field that is null is not there.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type Fields = Readonly<Record<string, Json>>

/** A fingerprint for each field that is there: equal prints are equal values. An absent field has none. */
export type Prints = Readonly<Record<string, string>>

/** A collision-free short text for a long one (a hash), handed in because rules know no Node module. */
export type Digest = (text: string) => string

/** Values up to this length are their own fingerprint; a hash would be longer. */
const VERBATIM = 32

/**
 * One text for all spellings of a value: keys sorted, absent members left out, line ends as LF, characters composed
 * (NFC), no blanks at the ends of lines, which servers add and drop.
 */
export function toCanonical(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(toCanonicalText(value))
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(toCanonical).join(',')}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== null && member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${toCanonical(member)}`).join(',')}}`
}

/** Plain ASCII without line ends or blanks at the end is canonical already, and most texts are. */
const PLAIN = /^[\x21-\x7e]*(?: [\x21-\x7e]+)*$/

function toCanonicalText(text: string): string {
  if (PLAIN.test(text)) return text
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replace(/[ \t]+$/gm, '')
    .trimEnd()
    .normalize('NFC')
}

function toPrint(value: Json | undefined, digest: Digest): string {
  if (value === undefined || value === null) return ''
  const text = toCanonical(value)
  return text.length <= VERBATIM ? `=${text}` : `#${digest(text)}`
}

export function toPrints(fields: Fields, digest: Digest): Prints {
  const prints: [string, string][] = []
  for (const name of Object.keys(fields)) {
    const print = toPrint(fields[name], digest)
    if (print !== '') prints.push([name, print])
  }
  return Object.fromEntries(prints)
}

/** The fingerprint of a field; empty when it is not there. Names such as `__proto__` are names like any other. */
export function printOf(prints: Prints, name: string): string {
  return Object.hasOwn(prints, name) ? (prints[name] ?? '') : ''
}

/** Some prints replaced; an empty one takes the field away. */
export function withPrints(prints: Prints, changes: Prints): Prints {
  return Object.fromEntries(Object.entries({ ...prints, ...changes }).filter(([, print]) => print !== ''))
}

/** Those of the names, absent ones as empty prints. */
export function pickPrints(prints: Prints, names: readonly string[]): Prints {
  return Object.fromEntries(names.map((name) => [name, printOf(prints, name)]))
}

export function samePrints(a: Prints, b: Prints): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => printOf(b, name) === a[name])
}

/** One fingerprint for the whole item. */
export function toItemPrint(prints: Prints, digest: Digest): string {
  const names = Object.keys(prints).sort()
  return digest(names.map((name) => `${JSON.stringify(name)}${printOf(prints, name)}`).join('\n'))
}

/** The value of a field; null when it is not there. */
export function valueIn(fields: Fields, name: string): Json {
  return Object.hasOwn(fields, name) ? (fields[name] ?? null) : null
}

/** The values of some fields as a change: null takes a field away. */
export function pickFields(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, valueIn(fields, name)]))
}

export function withFields(fields: Fields, change: Fields): Fields {
  return Object.fromEntries(Object.entries({ ...fields, ...change }).filter(([, value]) => value !== null))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
