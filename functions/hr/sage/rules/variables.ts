import { addressProblem, halfCharacterProblem, textProblem } from '../../../products/rules/values.ts'

/** How to reach Sage: what a tenant sets (A5, A10). */
export const SAGE_USERNAME = 'Mandant.Sage.Username'
export const SAGE_PASSWORD = 'Mandant.Sage.Password'
export const SAGE_BASE_URL = 'Mandant.Sage.BaseUrl'
export const SAGE_DATABASE = 'Mandant.Sage.WebApiDatabaseConnection'

/** Those that must be set before Sage can be reached. */
export const SAGE_NEEDED = [SAGE_BASE_URL, SAGE_USERNAME, SAGE_PASSWORD] as const

export const sageVariables = [
  {
    name: SAGE_BASE_URL,
    confidential: false,
    editableByTenant: true,
    problem: addressProblem,
    normalise: (value: string) => value.replace(/^ +| +$/g, ''),
  },
  { name: SAGE_USERNAME, confidential: false, editableByTenant: true, problem: textProblem },
  { name: SAGE_PASSWORD, confidential: true, editableByTenant: true, problem: halfCharacterProblem },
  {
    name: SAGE_DATABASE,
    confidential: false,
    editableByTenant: false,
    unlockedWhen: 'when the customer has several Sage databases (A10)',
    problem: databaseProblem,
  },
] as const

function databaseProblem(value: string) {
  return /^[0-9a-zA-Z-]{1,64}$/.test(value)
    ? undefined
    : {
        en: 'it must be a database key as Sage lists them',
        de: 'er muss der Schlüssel einer Datenbank sein, wie Sage sie nennt',
      }
}
