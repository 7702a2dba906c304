/** The variables that exist for every tenant (A5), as data. */

/** What is wrong with a value, for people. */
export type Problem = Readonly<Record<'en' | 'de', string>>

export interface KnownVariable {
  readonly name: string
  readonly confidential: boolean
  /** False: only after the operator has unlocked it. */
  readonly editableByTenant: boolean
  /** @returns what is wrong with a value, undefined when nothing is. */
  readonly problem: (value: string) => Problem | undefined
  /** The value as it is judged and stored. */
  readonly normalise?: (value: string) => string
}

export const SAGE_USERNAME = 'Mandant.Sage.Username'
export const SAGE_PASSWORD = 'Mandant.Sage.Password'
export const SAGE_BASE_URL = 'Mandant.Sage.BaseUrl'
export const SAGE_DATABASE = 'Mandant.Sage.WebApiDatabaseConnection'

export const knownVariables: readonly KnownVariable[] = [
  {
    name: SAGE_BASE_URL,
    confidential: false,
    editableByTenant: true,
    problem: baseUrlProblem,
    normalise: (value) => value.replace(/^ +| +$/g, ''),
  },
  { name: SAGE_USERNAME, confidential: false, editableByTenant: true, problem: textProblem },
  { name: SAGE_PASSWORD, confidential: true, editableByTenant: true, problem: halfCharacterProblem },
  { name: SAGE_DATABASE, confidential: false, editableByTenant: false, problem: databaseProblem },
]

export function knownVariable(name: string): KnownVariable | undefined {
  return knownVariables.find((variable) => variable.name === name)
}

function textProblem(value: string): Problem | undefined {
  return hasControlCharacter(value)
    ? { en: 'it contains a control character', de: 'er enthält ein Steuerzeichen' }
    : halfCharacterProblem(value)
}

function halfCharacterProblem(value: string): Problem | undefined {
  return value.isWellFormed()
    ? undefined
    : { en: 'it contains half a character', de: 'er enthält ein halbes Zeichen' }
}

function hasControlCharacter(value: string): boolean {
  return /\p{Cc}/u.test(value)
}

/** The address ends up in the agent's target list, so it must be one address and nothing else. */
function baseUrlProblem(value: string): Problem | undefined {
  if (!/^https?:\/\//i.test(value)) {
    return { en: 'it must begin with http:// or https://', de: 'er muss mit http:// oder https:// beginnen' }
  }
  // The parser of addresses drops line breaks and tabs, and reads "\\" as "/".
  if (/[\p{Cc}\s\\]/u.test(value)) {
    return {
      en: 'it must not contain blanks, control characters or "\\"',
      de: 'er darf keine Leerzeichen, Steuerzeichen und kein „\\“ enthalten',
    }
  }
  if (!URL.canParse(value)) return { en: 'it is not an address', de: 'er ist keine Adresse' }
  const url = new URL(value)
  if (url.username !== '' || url.password !== '') {
    return {
      en: 'it must not contain a user name or password',
      de: 'er darf weder Benutzername noch Passwort enthalten',
    }
  }
  if (value.includes('?') || value.includes('#')) {
    return { en: 'it must not contain "?" or "#"', de: 'er darf weder „?“ noch „#“ enthalten' }
  }
  const host = /^https?:\/\/(\[[^\]]*\]|[^/:]+)(?::\d+)?(?:\/|$)/i.exec(value)?.[1]
  if (host?.toLowerCase() === url.hostname) return undefined
  return {
    en: `its host must be written as it is used: ${url.hostname}`,
    de: `der Rechnername muss so geschrieben sein, wie er verwendet wird: ${url.hostname}`,
  }
}

function databaseProblem(value: string): Problem | undefined {
  return /^[0-9a-zA-Z-]{1,64}$/.test(value)
    ? undefined
    : {
        en: 'it must be a database key as Sage lists them',
        de: 'er muss der Schlüssel einer Datenbank sein, wie Sage sie nennt',
      }
}
