import { useTranslation } from 'react-i18next'
import { formatNumber } from '../ui/time.tsx'

/** How many people and groups somebody is limited to, in words. */
export function useScopeWords() {
  const { t } = useTranslation('access')
  const counted = (count: number) => ({ count, number: formatNumber(count) })
  return ({ people, groups }: { readonly people: readonly string[]; readonly groups: readonly string[] }) =>
    [t('scope.somePeople', counted(people.length)), t('scope.someGroups', counted(groups.length))].join(', ')
}
