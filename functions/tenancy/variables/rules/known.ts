/** The variables that exist for every tenant (A5), as data. */

export interface KnownVariable {
  readonly name: string
  readonly confidential: boolean
  /** False: only after the operator has unlocked it. */
  readonly editableByTenant: boolean
  /** @returns what is wrong with a value, undefined when nothing is. */
  readonly problem: (value: string) => string | undefined
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

function textProblem(value: string): string | undefined {
  return hasControlCharacter(value) ? 'it contains a control character' : halfCharacterProblem(value)
}

function halfCharacterProblem(value: string): string | undefined {
  return value.isWellFormed() ? undefined : 'it contains half a character'
}

function hasControlCharacter(value: string): boolean {
  return /\p{Cc}/u.test(value)
}

/** The address ends up in the agent's target list, so it must be one address and nothing else. */
function baseUrlProblem(value: string): string | undefined {
  if (!/^https?:\/\//i.test(value)) return 'it must begin with http:// or https://'
  // The parser of addresses drops line breaks and tabs, and reads "\\" as "/".
  if (/[\p{Cc}\s\\]/u.test(value)) return 'it must not contain blanks, control characters or "\\"'
  if (!URL.canParse(value)) return 'it is not an address'
  const url = new URL(value)
  if (url.username !== '' || url.password !== '') return 'it must not contain a user name or password'
  if (value.includes('?') || value.includes('#')) return 'it must not contain "?" or "#"'
  const host = /^https?:\/\/(\[[^\]]*\]|[^/:]+)(?::\d+)?(?:\/|$)/i.exec(value)?.[1]
  if (host?.toLowerCase() !== url.hostname) return `its host must be written as it is used: ${url.hostname}`
  return undefined
}

function databaseProblem(value: string): string | undefined {
  return /^[0-9a-zA-Z-]{1,64}$/.test(value) ? undefined : 'it must be a database key as Sage lists them'
}
