import type { Problem } from '../../tenancy/variables/rules/known.ts'

/** Checks of values that variables of any product need: what is wrong with a value, undefined when nothing is. */

/** For text on one line. */
export function textProblem(value: string): Problem | undefined {
  return hasControlCharacter(value)
    ? { en: 'it contains a control character', de: 'er enthält ein Steuerzeichen' }
    : halfCharacterProblem(value)
}

/** For what may hold any character. */
export function halfCharacterProblem(value: string): Problem | undefined {
  return value.isWellFormed()
    ? undefined
    : { en: 'it contains half a character', de: 'er enthält ein halbes Zeichen' }
}

function hasControlCharacter(value: string): boolean {
  return /\p{Cc}/u.test(value)
}

/** For the address of a server: it ends up in the agent's target list, so it must be one address and nothing else. */
export function addressProblem(value: string): Problem | undefined {
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
