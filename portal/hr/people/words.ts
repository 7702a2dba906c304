import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../../api/client.ts'
import { read } from '../../api/read.ts'

export type Person = Answer<'/api/v1/people/{id}'>
export type Group = Answer<'/api/v1/groups'>['items'][number]

/** "Beispiel, Anna"; whoever has no name in Sage goes by the external token. */
export function nameOf({ firstName, lastName, externalToken }: Person): string {
  return [lastName, firstName].filter(Boolean).join(', ') || externalToken
}

export function useGroups(): readonly Group[] {
  return useQuery(read('/api/v1/groups')).data?.items ?? []
}

/** What the groups of a person are called. */
export function useGroupNames(): (ids: readonly string[]) => string {
  const groups = useGroups()
  return (ids) => ids.map((id) => groups.find((group) => group.id === id)?.name ?? id).join(', ')
}

export function useYesNo(): (value: boolean) => string {
  const { t } = useTranslation('people')
  return (value) => (value ? t('yes') : t('no'))
}
