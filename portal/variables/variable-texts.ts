import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'

export type Variable = Answer<'/api/v1/variables'>['items'][number]

export interface VariableTexts {
  readonly title: string
  readonly hint: string | undefined
}

const known = {
  'Mandant.Sage.BaseUrl': 'baseUrl',
  'Mandant.Sage.Username': 'username',
  'Mandant.Sage.Password': 'password',
  'Mandant.Sage.WebApiDatabaseConnection': 'database',
} as const

export const DATABASE = 'Mandant.Sage.WebApiDatabaseConnection'

/** What a variable is for. One that the portal does not know yet goes by its name. */
export function useVariableTexts(name: string): VariableTexts {
  const { t } = useTranslation('variables')
  const key = Object.entries(known).find(([one]) => one === name)?.[1]
  return key === undefined
    ? { title: name, hint: undefined }
    : { title: t(`known.${key}.title`), hint: t(`known.${key}.hint`) }
}
