import { Body1, Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useReadAgain } from '../api/read-again.ts'
import { currentLanguage } from '../i18n/language.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { LanguageField } from '../ui/language-field.tsx'
import { ShownOnceDialog } from '../ui/shown-once-dialog.tsx'

/** Creates a company with its first admin, then says how it goes on. */
export function CreateTenantDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('tenants')
  const readAgain = useReadAgain('/api/v1/tenants')
  const [name, setName] = useState('')
  const [admin, setAdmin] = useState('')
  const [language, setLanguage] = useState(currentLanguage())
  const create = useMutation({
    mutationFn: () => answerOf(client.POST('/api/v1/tenants', { body: { name, admin, language } })),
    onSettled: readAgain,
  })
  if (create.data !== undefined) {
    const delivered = create.data.admin?.mail !== 'failed'
    return (
      <ShownOnceDialog
        title={t('createdTitle', { name: create.data.name })}
        secret={create.data.apiToken}
        what={t('token')}
        close={t('close')}
        onClose={onClose}
      >
        <MessageBar intent={delivered ? 'success' : 'error'} layout="multiline">
          <MessageBarBody>
            {delivered ? t('createdText', { email: admin }) : t('mailFailed', { email: admin })}
          </MessageBarBody>
        </MessageBar>
        <Body1>{t('tokenText')}</Body1>
      </ShownOnceDialog>
    )
  }
  return (
    <FormDialog
      title={t('create')}
      submit={t('do')}
      disabled={create.isPending || name.trim() === '' || admin.trim() === ''}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Field label={t('name')} required>
        <Input value={name} maxLength={200} onChange={(_, { value }) => setName(value)} />
      </Field>
      <Field label={t('admin')} hint={t('adminHint')} required>
        <Input type="email" value={admin} onChange={(_, { value }) => setAdmin(value)} />
      </Field>
      <LanguageField label={t('language')} value={language} onChange={setLanguage} />
    </FormDialog>
  )
}
