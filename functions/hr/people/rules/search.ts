/** What a search looks at. */
export interface Searchable {
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly email?: string | undefined
  readonly externalToken: string
  readonly groups: readonly string[]
}

/** Folds case, accents and the German ways to write umlauts, so that "mueller", "Müller" and "MULLER" meet. */
function fold(text: string): string {
  return text
    .normalize('NFC')
    .toLocaleLowerCase('de-DE')
    .replaceAll('ß', 'ss')
    .replace(/[äöü]/g, (letter) => ({ ä: 'ae', ö: 'oe', ü: 'ue' })[letter] ?? letter)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
}

/** The words of a search, folded. */
export function searchWords(search: string): readonly string[] {
  return search
    .split(/[\s,;]+/)
    .filter((word) => word !== '')
    .map(fold)
}

/** Every word must begin or be within one of the fields; umlauts also match when written without the e. */
export function matches(person: Searchable, words: readonly string[]): boolean {
  const fields = [person.lastName, person.firstName, person.email, person.externalToken, ...person.groups]
  const folded = fields.flatMap((field) => (field === undefined ? [] : [fold(field), plain(field)]))
  return words.every((word) => folded.some((field) => field.includes(word)))
}

function plain(text: string): string {
  return text.toLocaleLowerCase('de-DE').normalize('NFD').replace(/\p{M}/gu, '')
}
