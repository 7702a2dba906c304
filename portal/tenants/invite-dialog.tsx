import { Field, Input } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { currentLanguage } from '../i18n/language.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { LanguageField } from '../ui/language-field.tsx'
import { useMessages } from '../ui/messages.tsx'

export function InviteAdminDialog({
  tenant,
  onClose,
}: {
  readonly tenant: { readonly id: string; readonly name: string }
  readonly onClose: () => void
}) {
  const { t } = useTranslation('tenants')
  const { done } = useMessages()
  const [email, setEmail] = useState('')
  const [language, setLanguage] = useState(currentLanguage())
  const invite = useMutation({
    mutationFn: () =>
      answerOf(
        client.POST('/api/v1/tenants/{tenantId}/admins', {
          params: { path: { tenantId: tenant.id } },
          body: { email, language },
        }),
      ),
    onSuccess: () => {
      done(t('invited', { email }))
      onClose()
    },
  })
  return (
    <FormDialog
      title={t('inviteTitle', { name: tenant.name })}
      submit={t('send')}
      disabled={invite.isPending || email.trim() === ''}
      error={invite.error}
      onSubmit={() => invite.mutate()}
      onClose={onClose}
    >
      <Field label={t('email')} required>
        <Input type="email" value={email} onChange={(_, { value }) => setEmail(value)} />
      </Field>
      <LanguageField label={t('language')} value={language} onChange={setLanguage} />
    </FormDialog>
  )
}
