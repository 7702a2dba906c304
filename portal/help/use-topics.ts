import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../i18n/language.ts'
import { topicsIn } from './documents.ts'

/** The documents in the language of the page. */
export function useTopics() {
  // Reads again when the language changes.
  useTranslation()
  const language = currentLanguage()
  return useQuery({
    queryKey: ['help', language],
    queryFn: () => topicsIn(language),
    staleTime: Number.POSITIVE_INFINITY,
  })
}
