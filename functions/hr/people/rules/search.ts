/** What a search looks at. */
export interface Searchable {
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly email?: string | undefined
  readonly externalToken: string
  readonly identMedia: readonly string[]
}

/** Most fields are; everybody is folded at once, and the rest takes ten times as long. */
function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false
  return true
}

/** Folds case, accents and the German ways to write umlauts, so that "mueller", "Müller" and "MULLER" meet. */
function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase()
  return text
    .normalize('NFC')
    .toLocaleLowerCase('de-DE')
    .replaceAll('ß', 'ss')
    .replace(/[äöü]/g, (letter) => ({ ä: 'ae', ö: 'oe', ü: 'ue' })[letter] ?? letter)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
}

/** The words of a search, folded. */
function searchWords(search: string): readonly string[] {
  return search
    .split(/[\s,;]+/)
    .filter((word) => word !== '')
    .map(fold)
}

/**
 * All that a search looks at, as one text: umlauts also match when written without the e. A word has no line break, so
 * it is found within one field only.
 */
export function searchText(person: Searchable): string {
  const fields = [
    person.lastName,
    person.firstName,
    person.email,
    person.externalToken,
    ...person.identMedia,
  ].filter((field) => field !== undefined)
  return [...new Set(fields.flatMap((field) => [fold(field), plain(field)]))].join('\n')
}

/** A word and the groups whose names have it: a person matches by either. */
export interface WantedWord {
  readonly word: string
  readonly groups: ReadonlySet<string>
}

export function wantedWords(search: string, groupNames: ReadonlyMap<string, string>): readonly WantedWord[] {
  const names = Array.from(groupNames, ([id, name]) => ({ id, texts: [fold(name), plain(name)] }))
  return searchWords(search).map((word) => ({
    word,
    groups: new Set(
      names.filter(({ texts }) => texts.some((text) => text.includes(word))).map(({ id }) => id),
    ),
  }))
}

export function matches(text: string, groups: readonly string[], words: readonly WantedWord[]): boolean {
  return words.every((one) => text.includes(one.word) || groups.some((group) => one.groups.has(group)))
}

function plain(text: string): string {
  if (isAscii(text)) return text.toLowerCase()
  return text.toLocaleLowerCase('de-DE').normalize('NFD').replace(/\p{M}/gu, '')
}
