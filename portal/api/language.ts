import { useMutation, useQueryClient } from '@tanstack/react-query'
import { changeLanguage, type Language } from '../i18n/language.ts'
import { answerOf, client } from './client.ts'
import { useSessionState } from './session.tsx'

/** Changes the language of the portal and, for whoever has an account, that of their mails. */
export function useLanguageChoice(): (language: Language) => void {
  const queries = useQueryClient()
  const { session } = useSessionState()
  const hasAccount = session?.kind === 'user'
  const { mutate } = useMutation({
    async mutationFn(language: Language) {
      await changeLanguage(language)
      // What the hub says in words was read in the other language.
      void queries.invalidateQueries()
      if (hasAccount) await answerOf(client.PATCH('/api/v1/account', { body: { language } }))
    },
  })
  return mutate
}
