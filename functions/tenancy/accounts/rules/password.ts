/** Length is what makes a password hard to guess; rules about kinds of characters make it easy to forget. */
export const LEAST_CHARACTERS = 12

export type PasswordProblem = 'password-too-short' | 'password-too-common'

/** The hearts of the passwords that guessing programs try first, and those of a German office. */
const common: ReadonlySet<string> = new Set(
  `password passwort passwd kennwort geheim geheimnis login admin administrator welcome willkommen letmein hallo hello
   qwerty qwertz qwertyuiop qwertzuiop asdfgh asdfghjkl yxcvbnm zxcvbn zxcvbnm iloveyou ichliebedich schatz schatzi
   dragon monkey sunshine princess football baseball superman batman master shadow michael trustno sommer winter
   fruehling herbst januar februar maerz april mai juni juli august september oktober november dezember montag dienstag
   mittwoch donnerstag freitag samstag sonntag deutschland berlin hamburg muenchen leipzig dresden firma buero zeiterfassung
   sage steg test testtest demo user benutzer changeme aendern default initial secret abcdefgh abcdefghijkl abcabcabc`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** @param about what is known of the person: address, names, company. A password must be more than that. */
export function passwordProblem(password: string, about: readonly string[]): PasswordProblem | undefined {
  if ([...password].length < LEAST_CHARACTERS) return 'password-too-short'
  return isCommon(password, about) ? 'password-too-common' : undefined
}

/** Nothing but a well-known word, what is known of the person, a repetition or a row of keys. */
function isCommon(password: string, about: readonly string[]): boolean {
  const plain = unleet(password.normalize('NFKC').toLowerCase())
  if (new Set(plain).size < 5 || isSequence(plain)) return true
  const words = [...common, ...about.flatMap(partsOf)].sort((a, b) => b.length - a.length)
  let rest = lettersOf(plain)
  for (const word of words) rest = rest.replaceAll(word, '')
  // What is left besides words that anybody would try, digits and marks.
  const own = [...rest].length
  const letters = [...lettersOf(plain)].length
  return letters === 0 ? new Set(plain).size < 6 : own < 4 && own < letters
}

const leet: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
}

function unleet(text: string): string {
  return text
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss')
    .replace(/(?<=\p{L})[013457@$](?=\p{L})/gu, (mark) => leet[mark] ?? mark)
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}]/gu, '')
}

function partsOf(text: string): string[] {
  return unleet(text.toLowerCase())
    .split(/[^\p{L}]+/u)
    .filter((part) => part.length >= 4)
}

/** Every character the one after or before the last, and zero after nine: 123456789012, lkjihgfedcba. */
function isSequence(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0))
  return steps.every((step) => step === 1 || step === -9) || steps.every((step) => step === -1 || step === 9)
}
