import {
  Body1,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
} from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useReadAgain } from '../api/read-again.ts'
import { currentLanguage } from '../i18n/language.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Column } from '../ui/layout.tsx'
import { LanguageField } from './language-field.tsx'

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
    return (
      <CreatedDialog
        name={create.data.name}
        email={admin}
        delivered={create.data.admin?.mail !== 'failed'}
        token={create.data.apiToken}
        onClose={onClose}
      />
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
      <LanguageField value={language} onChange={setLanguage} />
    </FormDialog>
  )
}

/** Closes only by its button: the token cannot be had again. */
function CreatedDialog({
  name,
  email,
  delivered,
  token,
  onClose,
}: {
  readonly name: string
  readonly email: string
  readonly delivered: boolean
  readonly token: string
  readonly onClose: () => void
}) {
  const { t } = useTranslation('tenants')
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('createdTitle', { name })}</DialogTitle>
          <DialogContent>
            <Column>
              <MessageBar intent={delivered ? 'success' : 'error'} layout="multiline">
                <MessageBarBody>
                  {delivered ? t('createdText', { email }) : t('mailFailed', { email })}
                </MessageBarBody>
              </MessageBar>
              <Body1>{t('tokenText')}</Body1>
              <Field label={t('token')}>
                <Input readOnly value={token} onFocus={({ currentTarget }) => currentTarget.select()} />
              </Field>
            </Column>
          </DialogContent>
          <DialogActions>
            <CopyButton text={token} what={t('token')} />
            <Button appearance="primary" onClick={onClose}>
              {t('close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
