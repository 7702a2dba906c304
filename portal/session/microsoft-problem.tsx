import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Problem } from '../api/problem.ts'
import { currentLanguage } from '../i18n/language.ts'
import { ProblemBar } from '../ui/problem-bar.tsx'

/** What went wrong on the way to Microsoft and back, in the words of the catalogue; loaded only then. */
export function MicrosoftProblem({ code }: { readonly code: string }) {
  const { t } = useTranslation('session')
  const catalogue = useQuery({
    queryKey: ['errors', 'accounts'],
    queryFn: async () => (await import('../../shared/errors/accounts.ts')).accountErrors,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (catalogue.isPending) return null
  const entry = Object.entries(catalogue.data ?? {}).find(([known]) => known === code)?.[1]
  const language = currentLanguage()
  return (
    <ProblemBar
      error={
        new Problem({
          status: entry?.status ?? 400,
          code,
          title: entry?.title[language] ?? t('microsoft.failed'),
          // The address carries the code alone, so places for further words stay empty.
          detail: entry?.detail[language].replace(/\s*\(\{\w+\}\)/g, '') ?? t('microsoft.again'),
        })
      }
    />
  )
}
